import type { FunctionDefinition } from '@toolloop/wire'
import { parseJson, parseValue, type Parsed } from '../arguments/parse.ts'
import { checkFindings, convert, type Conversion } from '../arguments/conversion.ts'
import { OutputError, ToolInputError } from '../arguments/errors.ts'
import { checkName } from '../contract/findings.ts'
import { checkSchema } from '../read/source.ts'
import type { InputOf, OutputOf, StandardSchema } from '../contract/standard-schema.ts'
import { checkToolOptions, policyOf, unchecked } from './policy.ts'
import type { Tool, ToolOptions } from './tool.ts'

/** The arguments of a tool without `parameters`. */
export type NoArguments = Record<string, never>

/**
 * Makes a tool. Inferred types: `execute`'s arguments from `parameters`, the output from what `execute` returns (or
 * from `output`), the context from an annotation: `execute: (args, { context }: ToolContext<App>) => …`.
 * @throws SchemaError that lists every reason for which the API would reject it
 */
export function tool<
  const Name extends string,
  Parameters extends StandardSchema,
  Output extends StandardSchema,
  Context = unknown,
>(
  options: ToolOptions<Name, OutputOf<Parameters>, InputOf<Output>, Context> & {
    readonly parameters: Parameters
    readonly output: Output
  },
): Tool<Name, OutputOf<Parameters>, OutputOf<Output>, Context>
export function tool<const Name extends string, Output extends StandardSchema, Context = unknown>(
  options: ToolOptions<Name, NoArguments, InputOf<Output>, Context> & {
    readonly parameters?: undefined
    readonly output: Output
  },
): Tool<Name, NoArguments, OutputOf<Output>, Context>
export function tool<const Name extends string, Output, Context = unknown>(
  options: ToolOptions<Name, NoArguments, Output, Context> & {
    readonly parameters?: undefined
    readonly output?: undefined
  },
): Tool<Name, NoArguments, Output, Context>
export function tool<const Name extends string, Parameters extends StandardSchema, Output, Context = unknown>(
  options: ToolOptions<Name, OutputOf<Parameters>, Output, Context> & {
    readonly parameters: Parameters
    readonly output?: undefined
  },
): Tool<Name, OutputOf<Parameters>, Output, Context>
export function tool(
  options: ToolOptions<string, unknown, unknown, unknown> & {
    readonly parameters?: StandardSchema | undefined
    readonly output?: StandardSchema | undefined
  },
): Tool {
  checkToolOptions('tool()', options, { parameters: unchecked, output: unchecked, strict: unchecked })
  const { name, description, parameters, output, strict = true } = options
  const mode = strict === true ? {} : strict
  const conversion =
    parameters === undefined ? undefined : convert(parameters, mode, `Tool \`${name}\`: \`parameters\``)
  if (output !== undefined) checkSchema(output, `Tool \`${name}\`: \`output\``)
  checkFindings(conversion?.findings ?? [], `Tool \`${name}\``, 'parameters', checkName(name, 'name'))
  const definition: FunctionDefinition = {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      parameters: conversion?.definition ?? noParameters,
      ...(mode !== false && { strict: true }),
    },
  }
  Object.freeze(definition.function)
  return Object.freeze({
    type: 'function',
    name,
    description,
    definition: Object.freeze(definition),
    parse: argumentsParser(name, parameters, conversion),
    ...(options.execute && { execute: options.execute.bind(options) }),
    parseOutput: output && outputParser(name, output),
    policy: policyOf(options),
  }) satisfies Tool
}

const noParameters: Record<string, unknown> = Object.freeze({
  type: 'object',
  properties: Object.freeze({}),
  required: Object.freeze([]),
  additionalProperties: false,
})

function argumentsParser(
  name: string,
  schema: StandardSchema | undefined,
  conversion: Conversion | undefined,
): (text: string) => Promise<unknown> {
  return async (text) => {
    const pending = parseArgumentsText(text.trim() === '' ? '{}' : text, schema, conversion)
    const parsed = 'then' in pending ? await pending : pending
    if ('issues' in parsed) throw new ToolInputError(name, text, parsed.issues, { cause: parsed.cause })
    return parsed.value
  }
}

function parseArgumentsText(
  text: string,
  schema: StandardSchema | undefined,
  conversion: Conversion | undefined,
): Parsed<unknown> | Promise<Parsed<unknown>> {
  const json = parseJson(text)
  if ('issues' in json) return json
  const { value } = json
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
    return { issues: [{ path: '', message: `expected one JSON object, received ${kind}` }] }
  }
  if (schema) return parseValue(schema, conversion, text, value)
  const keys = Object.keys(value)
  if (keys.length === 0) return { value }
  return { issues: keys.map((key) => ({ path: key, message: 'the tool takes no arguments' })) }
}

function outputParser(name: string, schema: StandardSchema): (value: unknown) => Promise<unknown> {
  return async (value) => {
    const parsed = await parseValue(schema, undefined, undefined, value)
    if ('issues' in parsed)
      throw new OutputError(`Tool \`${name}\` returned what does not fit its \`output\``, parsed.issues, {
        cause: parsed.cause,
      })
    return parsed.value
  }
}
