import type { ToolDefinition } from '@toolloop/wire'
import { SchemaError } from '../arguments/errors.ts'
import type { Finding } from '../contract/findings.ts'
import type { Tool } from './tool.ts'

/** What a request carries for one tool. */
export function functionDefinition(tool: Tool): ToolDefinition {
  return tool.definition
}

/** What a request carries for a list of tools. @throws SchemaError for duplicate names and more than 128 tools */
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
      message: `${tools.length} tools, the API takes ${maxTools}`,
      remedy: 'offer fewer in each step with `enabled`',
    })
  if (findings.length > 0) throw new SchemaError('The list of tools', findings)
  return tools.map(({ definition }) => definition)
}

const maxTools = 128

/** The arguments of a call of this tool, as its `execute` takes them. @throws ToolInputError */
export function parseArguments<Args>(tool: Pick<Tool<string, Args>, 'parse'>, text: string): Promise<Args> {
  return tool.parse(text)
}
