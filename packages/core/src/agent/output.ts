// Structured output: the form of the answer, and three modes of requesting it.
import { OutputError, responseFormat, type ResponseFormatOf, type StandardSchema } from '@toolloop/schema'
import { deepFreeze, type FunctionDefinition, type Profile } from '@toolloop/wire'
import { ownCopyOr } from '../facts/own-copy.ts'

/** A schema, a `responseFormat(…)`, or either of them with settings. */
export type OutputOption<Output, Context = unknown> = OutputSchema<Output> | OutputSettings<Output, Context>

export type OutputSchema<Output> = StandardSchema<unknown, Output> | ResponseFormatOf<Output>

export interface OutputSettings<Output, Context = unknown> {
  readonly schema: OutputSchema<Output>
  /**
   * `native`: the request's `response_format`; `tool`: a function `final_answer` that the model must call;
   * `prompt`: the schema is part of the instructions. @default the mode that works best by the model's profile
   */
  readonly mode?: OutputMode | undefined
  /** A further check. A returned text rejects the answer and is sent to the model; so is the message of a thrown error. */
  readonly validate?:
    | ((output: Output, input: { readonly context: Context }) => string | void | Promise<string | void>)
    | undefined
  /** How many times a rejected answer is retried. @default 2 */
  readonly retries?: number | undefined
}

export type OutputMode = 'native' | 'tool' | 'prompt'

/** The output option with defaults filled in. */
export interface OutputSpec {
  readonly format: ResponseFormatOf<unknown>
  readonly mode: OutputMode | undefined
  readonly retries: number
  /** What `prompt` mode adds to the instructions. */
  readonly prompt: string
  /** @throws OutputError, phrased for the model */
  readonly parse: (text: string, context: unknown) => Promise<unknown>
}

/** The function that `tool` mode adds to the request. */
export const FINAL_TOOL = 'final_answer'

export function outputSpec(option: OutputOption<unknown, never>): OutputSpec {
  const settings: OutputSettings<unknown, never> = isSettings(option) ? option : { schema: option }
  const format = '~standard' in settings.schema ? responseFormat(settings.schema, { name: 'answer' }) : settings.schema
  deepFreeze(format.json_schema) // custom models receive it and must not change it
  const schema = JSON.stringify(format.json_schema.schema)
  return Object.freeze({
    format,
    mode: settings.mode,
    retries: settings.retries ?? 2,
    prompt: `Answer with one JSON value and nothing else: no Markdown fence, no explanation. It must fit this JSON Schema:\n${schema}`,
    parse: async (text: string, context: unknown) => {
      const value = await format.parse(text)
      const { validate } = settings
      const objection =
        validate &&
        (await objectionOf(async () =>
          validate(await ownCopyOr(value, () => format.parse(text)), { context: context as never }),
        ))
      if (objection !== undefined)
        throw new OutputError('The answer was rejected', [{ path: '', message: objection }], { text })
      return value
    },
  })
}

/** The mode of a request: the option's, else the one that works best by the profile. */
export const modeOf = (output: OutputSpec, profile: Profile | undefined, hasTools: boolean): OutputMode =>
  output.mode ?? (hasTools ? profile?.outputWithTools : undefined) ?? profile?.output ?? 'native'

export function finalTool({ format }: OutputSpec): FunctionDefinition {
  const { schema, strict, description } = format.json_schema
  return {
    type: 'function',
    function: {
      name: FINAL_TOOL,
      description:
        description ??
        'Gives the final answer and ends the conversation. Call it exactly once, when everything is known.',
      ...(schema && { parameters: schema }),
      ...(strict !== undefined && { strict }),
    },
  }
}

function isSettings<Output, Context>(option: OutputOption<Output, Context>): option is OutputSettings<Output, Context> {
  return !('~standard' in option) && 'schema' in option
}

async function objectionOf(validate: () => string | void | Promise<string | void>): Promise<string | undefined> {
  try {
    return (await validate()) ?? undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'The check failed.'
  }
}
