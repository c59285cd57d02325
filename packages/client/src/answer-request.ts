// Splits the parameters of `parse` and `stream` into the request on the wire and the readers of its answer.
import { type Tool, toolDefinitions } from '@toolloop/schema'
import { adaptRequest, type StreamingParams } from '@toolloop/transport'
import {
  type CompletionParams,
  type Profile,
  type StreamOptions,
  UsageError,
  type ToolDefinition,
} from '@toolloop/wire'
import type { StreamParams, ToolParam } from './parsed.ts'
import { type AnswerReaders, isReadable } from './read-answer.ts'

export interface AnswerRequest {
  readonly body: Omit<CompletionParams, 'stream'>
  readonly readers: AnswerReaders
}

/**
 * The caller's own fields are sent unchanged. The definitions of tools made by `tool()` are adapted to the server's
 * profile. @throws SchemaError for duplicate names among those tools, and for more than 128
 */
export function answerRequest(params: StreamParams, profile: Profile): AnswerRequest {
  checkParams(params)
  const { tools, stream: _, ...rest } = params
  const own = (tools ?? []).filter(isTool)
  const definitions = adaptRequest({ tools: toolDefinitions(own) }, profile).tools.values()
  const all = tools?.map((entry) => (isTool(entry) ? definitions.next().value! : entry))
  return {
    body: { ...rest, ...(all && { tools: all }) },
    readers: {
      format: isReadable(params.response_format) ? params.response_format : undefined,
      tools: new Map(own.map((tool) => [tool.name, tool])),
      strict: params.response_format?.type === 'json_schema' || (all ?? []).some(isStrict),
    },
  }
}

/** The same request, streamed. It requests the usage in the last chunk where the server supports that, unless the caller decides. */
export function streamedRequest(body: AnswerRequest['body'], profile: Profile): StreamingParams {
  const defaults: StreamOptions = profile.streamOptions ? { include_usage: true } : {}
  const options = { ...defaults, ...body.stream_options }
  return { ...body, stream: true, ...(Object.keys(options).length > 0 && { stream_options: options }) }
}

/** Mistakes that only TypeScript catches, and for which servers return unclear errors. */
function checkParams(params: unknown): void {
  if (typeof params !== 'object' || params === null)
    throw new UsageError(
      `The request's parameters must be an object with \`model\` and \`messages\`, not ${params === null ? 'null' : typeof params}.`,
    )
  const { tools, response_format: format } = params as { tools?: unknown; response_format?: unknown }
  if (isSchema(format))
    throw new UsageError("`response_format` is a schema. Wrap it: `responseFormat(schema, { name: 'answer' })`.")
  if (tools === undefined || tools === null) return
  if (!Array.isArray(tools)) throw new UsageError(`\`tools\` is ${typeof tools}; it must be an array of tools.`)
  for (const [index, entry] of (tools as readonly unknown[]).entries()) {
    if (isSchema(entry))
      throw new UsageError(
        `tools[${index}] is a schema. A tool also needs a name: \`tool({ name, parameters: schema })\`.`,
      )
    if (typeof entry !== 'object' || entry === null)
      throw new UsageError(
        `tools[${index}] is ${entry === null ? 'null' : typeof entry}; it must be a tool or a definition.`,
      )
  }
}

const isStrict = (definition: ToolDefinition): boolean =>
  definition.type === 'function' && definition.function?.strict === true

const isSchema = (value: unknown): boolean =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value

function isTool(entry: ToolParam): entry is Tool {
  return 'definition' in entry
}
