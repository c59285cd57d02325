import { checkOptions, oneOf, type OptionCheck, showOption, UsageError } from '@toolloop/wire'

/** JSON Schema as an object; never a boolean schema. */
export type JsonSchema = Record<string, unknown>

/** How to write what the strict subset cannot express. */
export interface StrictOptions {
  /** Writes records and maps as arrays of `{ key, value }`; restored before the schema parses. @default an error */
  readonly record?: 'pairs' | undefined
  /** Writes tuples as objects with the keys `0`, `1`, …; restored before the schema parses. @default an error */
  readonly tuple?: 'object' | undefined
  /** Writes objects that keep unknown keys as closed objects. @default an error */
  readonly openObject?: 'closed' | undefined
  /** Writes `pattern`, `format` and bounds into descriptions: fine-tuned models do not accept the keywords. @default false */
  readonly fineTuned?: boolean | undefined
}

/** @throws UsageError if the value is neither a boolean nor valid strict options */
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
