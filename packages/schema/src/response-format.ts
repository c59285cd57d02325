import { aText, checkOptions, type ResponseFormat, UsageError } from '@toolloop/wire'
import { parseJson, parseValue } from './arguments/parse.ts'
import { checkFindings, convert } from './arguments/conversion.ts'
import { checkStrictOptions, type StrictOptions } from './contract/strict-options.ts'
import { OutputError } from './arguments/errors.ts'
import { checkName } from './contract/findings.ts'
import type { OutputOf, StandardSchema } from './contract/standard-schema.ts'

/** A `response_format` that can parse the answer. `parse` is not enumerable, so that no request carries it. */
export type ResponseFormatOf<T> = Extract<ResponseFormat, { type: 'json_schema' }> & {
  /**
   * Parses the text of an answer into the schema's value. Skips reasoning before the JSON (`<think>…</think>`) and a
   * Markdown fence around it. @throws OutputError
   */
  readonly parse: (text: string) => Promise<T>
}

export interface ResponseFormatOptions {
  /** `[a-zA-Z0-9_-]{1,64}` */
  readonly name: string
  /** What the answer is for: the model reads this. */
  readonly description?: string | undefined
  /** @default true */
  readonly strict?: boolean | StrictOptions | undefined
}

/** Makes a response format from a schema. @throws SchemaError if the API would reject it */
export function responseFormat<Schema extends StandardSchema>(
  schema: Schema,
  options: ResponseFormatOptions,
): ResponseFormatOf<OutputOf<Schema>> {
  checkFormatOptions(options)
  const { name, description, strict = true } = options
  const mode = strict === true ? {} : strict
  const conversion = convert(schema, mode, `The schema of response format \`${name}\``)
  checkFindings(conversion.findings, `Response format \`${name}\``, 'schema', checkName(name, 'name'))
  const format = {
    type: 'json_schema',
    json_schema: {
      name,
      ...(description !== undefined && { description }),
      schema: conversion.definition,
      strict: mode !== false,
    },
  } satisfies ResponseFormat
  const parse = async (text: string): Promise<OutputOf<Schema>> => {
    const whole = parseJson(text)
    const part = 'issues' in whole ? unwrapped(text) : text
    const json = part === text ? whole : parseJson(part)
    const parsed =
      'issues' in json
        ? json
        : await parseValue(schema as StandardSchema<unknown, OutputOf<Schema>>, conversion, part, json.value)
    if ('issues' in parsed)
      throw new OutputError(`The answer does not fit \`${name}\``, parsed.issues, { text, cause: parsed.cause })
    return parsed.value
  }
  return Object.defineProperty(Object.assign(format, { parse }), 'parse', { enumerable: false })
}

function checkFormatOptions(options: ResponseFormatOptions | undefined): asserts options is ResponseFormatOptions {
  if (options?.name === undefined)
    throw new UsageError("responseFormat() needs a name: responseFormat(schema, { name: 'answer' })")
  const who = `Response format \`${options.name}\``
  checkOptions(who, options, { name: [() => true, ''], description: aText, strict: [() => true, ''] })
  if (options.strict !== undefined) checkStrictOptions(`${who}: \`strict\``, options.strict)
}

/**
 * The part of an answer that should be JSON: after its reasoning, inside its Markdown fence. Without a regular
 * expression, which could take exponential time on a long answer.
 */
function unwrapped(text: string): string {
  const end = text.indexOf(thinkingEnd)
  const rest = end < 0 ? text : text.slice(end + thinkingEnd.length)
  const trimmed = rest.trim()
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```') || trimmed.length < 6) return rest
  const firstLine = trimmed.indexOf('\n')
  return firstLine < 0 ? rest : trimmed.slice(firstLine + 1, -3)
}

/** Servers without a reasoning parser send reasoning as text. Some templates put the opening tag into the prompt. */
const thinkingEnd = '</think>'
