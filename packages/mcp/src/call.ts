// One call of a server's tool: sent, bounded, its failure in words for the model.
import {
  type CallToolResult,
  type InputRequiredResult,
  isInputRequiredResult,
  type Tool as ServerTool,
} from '@modelcontextprotocol/client'
import { describeError, InputRequired, type ToolContext, toolResult } from '@toolloop/schema'
import type { Connection } from './connection.ts'
import { contentOf } from './content.ts'
import { McpError, McpToolError } from './errors.ts'
import { callable } from './listed-tools.ts'

interface Call {
  readonly source: ServerTool
  readonly fingerprint: string
  readonly args: Record<string, unknown>
  readonly context: ToolContext
  readonly timeout: number
  readonly maxResult: number
}

/** @throws McpError without a result, McpToolError for a failure that the server reports, InputRequired for its questions */
export async function calledTool(connection: Connection, call: Call): Promise<unknown> {
  const { source, fingerprint, args, context, timeout, maxResult } = call
  const { signal, progress, input } = context
  const client = await connection.client()
  let result: CallToolResult
  try {
    result = await client.callTool(
      { name: source.name, arguments: args, ...answerOf(input) },
      {
        signal,
        timeout,
        resetTimeoutOnProgress: true,
        onprogress: progress,
        allowInputRequired: true,
        toolDefinition: callable(source),
      },
    )
  } catch (cause) {
    if (signal.aborted) throw cause
    const reason = describeError(cause, 500)
    const problem = connection.takeProblem()
    const more = problem === undefined || reason.includes(problem) ? '' : ` (${problem})`
    throw new McpError(`The tool \`${source.name}\` of ${connection.label} gave no result: ${reason}${more}`, { cause })
  }
  if (isInputRequiredResult(result)) throw questionOf(result, maxResult)
  const model = contentOf(result, maxResult)
  if (result.isError === true) throw new McpToolError(textOf(model))
  return toolResult({ model, details: { mcp: { tool: source.name, fingerprint } } })
}

/** What the model reads of a failed call. */
export const messageOf = (error: unknown): string =>
  error instanceof McpToolError ? error.message : describeError(error, 1000)

function textOf(content: ReturnType<typeof contentOf>): string {
  if (typeof content === 'string') return content === '' ? 'The tool failed without a message.' : content
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
}

/** The server's questions, as JSON for the log: `requestState` is its own, and goes back unchanged. */
function questionOf({ inputRequests = {}, requestState }: InputRequiredResult, longest: number): InputRequired {
  const { length } = JSON.stringify([inputRequests, requestState])
  if (length > longest) throw new McpError(`The server's question has ${length} characters; the most is ${longest}`)
  return new InputRequired(inputRequests, requestState === undefined ? undefined : { requestState })
}

/** A person's answers, by the names of the questions. */
function answerOf(input: ToolContext['input']): object {
  if (!input) return {}
  const { requestState } = (input.state ?? {}) as { readonly requestState?: string }
  return { inputResponses: input.answer, ...(requestState !== undefined && { requestState }) }
}
