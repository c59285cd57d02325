import { aText, checkOptions, type CustomDefinition, oneOf } from '@toolloop/wire'
import { SchemaError } from '../arguments/errors.ts'
import { checkName } from '../contract/findings.ts'
import { checkToolOptions, policyOf, unchecked } from './policy.ts'
import type { Tool, ToolContext, ToolOptions } from './tool.ts'

/** Options of `customTool`. */
export interface CustomToolOptions<Name extends string, Output, Context> extends Omit<
  ToolOptions<Name, string, Output, Context>,
  'strict' | 'execute'
> {
  /** Constrains the input to a grammar. @default free text */
  readonly grammar?: { readonly syntax: 'lark' | 'regex'; readonly definition: string } | undefined
  /** Runs a call. `input` is the text that the model wrote. */
  execute?(input: string, context: ToolContext<Context>): Output | Promise<Output> | AsyncGenerator<unknown, Output>
}

/** Makes a tool that takes one text instead of JSON arguments. @throws SchemaError for a name that the API rejects */
export function customTool<const Name extends string, Output, Context = unknown>(
  options: CustomToolOptions<Name, Output, Context>,
): Tool<Name, string, Output, Context> {
  checkToolOptions('customTool()', options, { grammar: unchecked })
  const { name, description, grammar } = options
  if (grammar !== undefined) checkOptions(`Tool \`${name}\`: \`grammar\``, grammar, grammarChecks)
  const findings = checkName(name, 'name')
  if (findings.length > 0) throw new SchemaError(`Tool \`${name}\``, findings)
  const definition: CustomDefinition = {
    type: 'custom',
    custom: {
      name,
      ...(description !== undefined && { description }),
      ...(grammar && { format: { type: 'grammar', grammar: { ...grammar } } }),
    },
  }
  return Object.freeze({
    type: 'custom',
    name,
    description,
    definition,
    parse: (text: string) => Promise.resolve(text),
    ...(options.execute && { execute: options.execute.bind(options) }),
    parseOutput: undefined,
    policy: policyOf(options),
  })
}

const grammarChecks = { syntax: oneOf('lark', 'regex'), definition: aText }
