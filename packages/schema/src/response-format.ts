import type { ResponseFormat } from '@toolloop/wire'
import { parseJson, parseValue } from './arguments/parse.ts'
import { checkFindings, convert } from './arguments/conversion.ts'
import type { StrictOptions } from './contract/strict-options.ts'
import { OutputError } from './arguments/errors.ts'
import { checkName } from './contract/findings.ts'
import type { OutputOf, StandardSchema } from './contract/standard-schema.ts'

/** A `response_format` that knows how to read the answer. The wire sees the enumerable part only. */
export type ResponseFormatOf<T> = Extract<ResponseFormat, { type: 'json_schema' }> & {
  /** The answer's text as the schema's value. @throws OutputError */
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

/** @throws SchemaError when the API would refuse the schema */
export function responseFormat<Schema extends StandardSchema>(
  schema: Schema,
  { name, description, strict = true }: ResponseFormatOptions,
): ResponseFormatOf<OutputOf<Schema>> {
  const mode = strict === true ? {} : strict
  const conversion = convert(schema, mode)
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
    const json = parseJson(text)
    const parsed =
      'issues' in json
        ? json
        : await parseValue(schema as StandardSchema<unknown, OutputOf<Schema>>, conversion, text, json.value)
    if ('issues' in parsed)
      throw new OutputError(`The answer does not fit \`${name}\``, parsed.issues, { text, cause: parsed.cause })
    return parsed.value
  }
  return Object.defineProperty(Object.assign(format, { parse }), 'parse', { enumerable: false })
}
