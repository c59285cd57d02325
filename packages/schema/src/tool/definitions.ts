import type { ToolDefinition } from '@toolloop/wire'
import { SchemaError } from '../arguments/errors.ts'
import type { Finding } from '../contract/findings.ts'
import type { Tool } from './tool.ts'

/** The definition of one tool, as a request carries it. */
export function functionDefinition(tool: Tool): ToolDefinition {
  return tool.definition
}

/**
 * The definitions of a list of tools, as a request carries them.
 * @throws SchemaError for duplicate names and more than 128 tools
 */
export function toolDefinitions(tools: readonly Tool[]): ToolDefinition[] {
  const findings: Finding[] = []
  const first = new Map<string, number>()
  for (const [index, { name }] of tools.entries()) {
    const before = first.get(name)
    if (before === undefined) first.set(name, index)
    else
      findings.push({
        severity: 'error',
        rule: 'duplicate',
        path: `tools[${index}].name`,
        message: `\`${name}\` is also the name of tools[${before}]`,
        remedy: `name: '${name}_2'`,
      })
  }
  if (tools.length > maxTools)
    findings.push({
      severity: 'error',
      rule: 'limit:tools',
      path: 'tools',
      message: `${tools.length} tools, but the API accepts at most ${maxTools}`,
      remedy: 'offer fewer in each step with `enabled`',
    })
  if (findings.length > 0) throw new SchemaError('The list of tools', findings)
  return tools.map(({ definition }) => definition)
}

const maxTools = 128

/** Parses the arguments of a call into what the tool's `execute` takes. @throws ToolInputError */
export function parseArguments<Args>(tool: Pick<Tool<string, Args>, 'parse'>, text: string): Promise<Args> {
  return tool.parse(text)
}
