// The facts of a call, and what beside them only this process sees.
import { renderOutput } from '@toolloop/schema'
import type { ContentPart, TextPart, ToolCall } from '@toolloop/wire'
import { argumentsOf, nameOf } from '../facts/calls.ts'
import { type ApprovalRequest, type Fact, fact, type FailureReason } from '../facts/events.ts'
import { requestId } from '../facts/request-id.ts'
import type { CallContext } from './execute.ts'
import type { Run } from '../run/run.ts'
import type { CallState } from '../facts/open-step.ts'

/** The question whether, or how, a call goes on; `args` are the model's, parsed. */
export function request(run: Run, item: CallState, kind: ApprovalRequest['kind'], args: unknown): Fact {
  const { call } = item
  const { step } = run.state
  const id = requestId(run.id, step, item, kind)
  const mark = { step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  return live(run, fact({ type: 'approval.request', id, ...mark, kind }), { args })
}

/** How a call ended. */
export interface Answer {
  readonly ok: boolean
  readonly content: string | TextPart[]
  readonly parts?: ContentPart[]
  readonly details?: unknown
  readonly reason?: FailureReason
  readonly final?: true
  readonly ms?: number
  /** Live, for listeners of this process. */
  readonly args?: unknown
  readonly output?: unknown
  readonly error?: unknown
}
export type DoneFactory = (answer: Answer) => Fact

export function doneFactory(run: Run, { call, edited }: CallState): DoneFactory {
  const known = { step: run.state.step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  return ({ args, output, error, ms = 0, ...answer }) => {
    const told = edited === undefined || answer.reason === 'answered' ? {} : { content: under(edited, answer.content) }
    return live(run, fact({ type: 'tool.done', ...known, ...answer, ...told, ms }), { args, output, error })
  }
}

/** The model still reads its own arguments in its message: what was really run is said where the result is. */
function under(edited: string, words: string | TextPart[]): string | TextPart[] {
  const head = `Run with these arguments instead: ${edited}`
  return typeof words === 'string' ? `${head}\n${words}` : [{ type: 'text', text: head }, ...words]
}

/** Values that listeners of this process see and the log does not keep; without listeners there are none. */
export function live(run: Run, made: Fact, values: Readonly<Record<string, unknown>>): Fact {
  if (!run.watched) return made
  for (const key in values)
    if (values[key] !== undefined) Object.defineProperty(made, key, { value: values[key], enumerable: false })
  return made
}

/** A copy that a log can hold, rendered as a tool's output is; `undefined` for what JSON has no word for. */
export function plainJson(value: unknown): unknown {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined
  const { content, problem } = renderOutput({ value }, { maxBytes: Infinity })
  if (problem !== undefined) return content
  return typeof content === 'string' ? (JSON.parse(content) as { value?: unknown }).value : content
}

/** The call as it is run: with the arguments that somebody put in place of the model's. */
export function callOf({ call, edited }: CallState): ToolCall {
  if (edited === undefined) return call
  if (call.type === 'custom') return { ...call, custom: { ...call.custom, input: edited } }
  return { ...call, function: { ...call.function, arguments: edited } }
}

/** What `execute` and the policy's functions are told of the call. */
export function callContext(run: Run, call: ToolCall): CallContext {
  const { step } = run.state
  return { call, step, runId: run.id, idempotencyKey: `${run.id}/${step}/${call.id}`, context: run.context }
}
