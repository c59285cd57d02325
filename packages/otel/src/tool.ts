// The span of a tool call.
import type { ToolDone, ToolStart } from '@toolloop/core'
import { segmentOf } from '@toolloop/core/machine'
import { plainText } from '@toolloop/wire'
import { attribute, content, own } from './conventions.ts'
import type { Level } from './level.ts'
import { errorLabel, type Tracing } from './spans.ts'

export function startTool({ spans, options }: Tracing, level: Level, fact: ToolStart): void {
  const { name, step, callId } = fact
  const opened = spans.open(
    level.invoked!.context,
    { operation: 'execute_tool', name, run: fact.run, path: level.path, step, callId },
    {
      [attribute.toolName]: name,
      [attribute.toolCallId]: callId,
      [attribute.toolType]: 'function',
      [own.step]: step,
      ...(options.content && { [content.toolArguments]: fact.arguments }),
    },
  )
  const segment = segmentOf(step, callId)
  level.calls.set(callId, { ...opened, callId, name, inside: level.path ? `${level.path}/${segment}` : segment })
}

/** A result without a start was not executed: a refused call, or a decision in its place. */
export function endTool({ spans, metrics, options }: Tracing, level: Level, fact: ToolDone): void {
  const call = level.calls.get(fact.callId)
  if (!call) return
  level.calls.delete(fact.callId)
  if (options.content) call.span.setAttribute(content.toolResult, plainText(fact.content))
  const error = fact.ok ? undefined : (fact.reason ?? 'failed')
  spans.end(call, error)
  metrics.tool(spans.since(call), { [attribute.toolName]: call.name, ...errorLabel(error) })
}

/** Ends the open calls. */
export function closeTools({ spans }: Tracing, level: Level, error: string): void {
  for (const call of level.calls.values()) spans.end(call, error)
  level.calls.clear()
}
