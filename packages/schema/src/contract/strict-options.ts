import { checkOptions, oneOf, type OptionCheck, showOption, UsageError } from '@toolloop/wire'

/** JSON Schema as an object; never a boolean schema. */
export type JsonSchema = Record<string, unknown>

/** What to do with what the strict subset has no words for. */
export interface StrictOptions {
  /** Records and maps become arrays of `{ key, value }`, and records again before the schema parses. @default an error */
  readonly record?: 'pairs' | undefined
  /** Tuples become objects with the keys `0`, `1`, …, and arrays again before the schema parses. @default an error */
  readonly tuple?: 'object' | undefined
  /** Objects that keep unknown keys are described without them. @default an error */
  readonly openObject?: 'closed' | undefined
  /** Says `pattern`, `format` and bounds in words: fine-tuned models do not take the keywords. @default false */
  readonly fineTuned?: boolean | undefined
}

/** @throws UsageError for what is neither a boolean nor strict options */
export function checkStrictOptions(who: string, strict: boolean | StrictOptions): void {
  if (typeof strict === 'boolean') return
  if (typeof strict !== 'object' || strict === null)
    throw new UsageError(`${who} is ${showOption(strict)}; it must be true, false or { ${names.join(', ')} }.`)
  checkOptions(who, strict, strictOptionChecks)
}

export const strictOptionChecks: Readonly<Record<keyof StrictOptions, OptionCheck>> = {
  record: oneOf('pairs'),
  tuple: oneOf('object'),
  openObject: oneOf('closed'),
  fineTuned: oneOf(true, false),
}
const names = Object.keys(strictOptionChecks)
