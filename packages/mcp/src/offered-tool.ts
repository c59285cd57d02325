// A server's tool as a tool of an agent: its definition is repaired where the API would reject it.
import type { Tool as ServerTool } from '@modelcontextprotocol/client'
import { type Effects, type JsonSchema, SchemaError, tool, type Tool, type ToolOptions } from '@toolloop/schema'
import { jsonSchema } from '@toolloop/schema/json-schema'
import type { Report } from './findings.ts'
import { isDeeper } from './listed-tools.ts'
import { repaired } from './repair.ts'

/** Characters of a description that are offered, and of a schema. */
const longestDescription = 4_096
const longestSchema = 65_536

type Options = Omit<ToolOptions<string, Record<string, unknown>, unknown, unknown>, 'description' | 'strict'>

/** `undefined`: no definition of it can be offered. Every change is reported. */
export function offeredTool(source: ServerTool, options: Options, report: Report): Tool | undefined {
  const description = shortened(source.description ?? source.title, report)
  const inputSchema = boundedSchema(source, report)
  const make = (schema: JsonSchema, strict: boolean): Tool =>
    tool({ ...options, ...(description !== undefined && { description }), parameters: jsonSchema(schema), strict })
  const changes: Parameters<Report>[] = []
  let made = attempt(() => make(inputSchema as JsonSchema, true))
  if (made instanceof Failure) made = attempt(() => make(inputSchema as JsonSchema, false))
  if (made instanceof Failure)
    made = attempt(() =>
      make(
        repaired(inputSchema, (...change) => changes.push(change)),
        false,
      ),
    )
  if (made instanceof Failure) {
    const { reason } = made
    changes.push(['inputSchema', reason, 'loosened'])
    made = attempt(() => make({ type: 'object' }, false))
  }
  if (made instanceof Failure) {
    report('', made.reason, 'left out')
    return undefined
  }
  for (const change of changes.slice(0, 20)) report(...change)
  return made
}

/** A schema that is so long that it costs every request too much accepts anything. */
function boundedSchema(source: ServerTool, report: Report): unknown {
  const { inputSchema } = source as { readonly inputSchema?: unknown }
  const length = lengthOf(inputSchema)
  if (length <= longestSchema) return inputSchema
  report('inputSchema', `${length} characters; the most is ${longestSchema}`, 'loosened')
  return { type: 'object' }
}

/** One that is nested too deeply to be serialised is judged by its depth. */
const lengthOf = (schema: unknown): number => (isDeeper(schema, 500) ? 0 : (JSON.stringify(schema) ?? '').length)

/** How a tool may be run, from the hints of a server that is trusted. */
export function hintedEffects({ annotations }: ServerTool): Effects {
  if (annotations?.readOnlyHint === true) return 'none'
  return annotations?.idempotentHint === true ? 'idempotent' : 'unsafe'
}

class Failure {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

function attempt(make: () => Tool): Tool | Failure {
  try {
    return make()
  } catch (error) {
    if (error instanceof SchemaError)
      return new Failure(
        error.findings
          .map(({ path, message }) => `${path}: ${message}`)
          .slice(0, 3)
          .join('; '),
      )
    return new Failure(error instanceof Error ? error.message : String(error))
  }
}

function shortened(description: string | undefined, report: Report): string | undefined {
  if (description === undefined || description.length <= longestDescription) return description
  report('description', `${description.length} characters`, 'shortened')
  return `${description.slice(0, longestDescription)}…`
}
