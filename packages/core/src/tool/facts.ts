// The facts of a call, and their live values, which only this process sees.
import { renderOutput } from '@toolloop/schema'
import type { ContentPart, TextPart, ToolCall } from '@toolloop/wire'
import { argumentsOf, nameOf } from '../facts/calls.ts'
import { type ApprovalRequest, type Fact, fact, type FailureReason, type ResultCut } from '../facts/events.ts'
import { requestId } from '../facts/request-id.ts'
import { isDynamic } from './added.ts'
import type { CallContext } from './execute.ts'
import type { Run } from '../run/run.ts'
import type { CallState } from '../facts/open-step.ts'

/** The request for a decision on a call. `args` are the parsed arguments. */
export function request(
  run: Run,
  item: CallState,
  kind: ApprovalRequest['kind'],
  args: unknown,
  more: Pick<ApprovalRequest, 'input' | 'fingerprint'> = {},
): Fact {
  const { call } = item
  const { step } = run.state
  const id = requestId(run.level.tree.id, step, item, kind, run.path)
  const mark = { step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  const dynamic = isDynamic(run, mark.name) && { dynamic: true as const }
  return live(run, fact({ type: 'approval.request', id, ...mark, kind, ...more, ...dynamic }), { args })
}

/** How a call ended. */
export interface Answer {
  readonly ok: boolean
  readonly content: string | TextPart[]
  readonly parts?: ContentPart[]
  readonly details?: unknown
  readonly reason?: FailureReason
  readonly final?: true
  readonly loopKey?: string | false
  readonly handoff?: string
  readonly cut?: ResultCut
  readonly ms?: number
  /** Live: for listeners in this process, not logged. */
  readonly args?: unknown
  readonly output?: unknown
  readonly error?: unknown
}
export type DoneFactory = (answer: Answer) => Fact

export function doneFactory(run: Run, { call, edited }: CallState): DoneFactory {
  const known = { step: run.state.step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  const type = isDynamic(run, known.name) ? 'tool.done.dynamic' : 'tool.done'
  return ({ args, output, error, ms = 0, ...answer }) => {
    const content =
      edited === undefined || answer.reason === 'answered' ? answer.content : withEdited(edited, answer.content)
    return live(run, fact({ type, ...known, ...answer, content, ms }), { args, output, error })
  }
}

/** Adds the edited arguments to the result: the model's message still shows its own arguments. */
function withEdited(edited: string, content: string | TextPart[]): string | TextPart[] {
  const head = `Run with these arguments instead: ${edited}`
  return typeof content === 'string' ? `${head}\n${content}` : [{ type: 'text', text: head }, ...content]
}

/** Adds live values to a fact: not enumerable, so not logged. Only when a consumer reads the events. */
export function live(run: Run, made: Fact, values: Readonly<Record<string, unknown>>): Fact {
  if (!run.watched) return made
  for (const key in values)
    if (values[key] !== undefined) Object.defineProperty(made, key, { value: values[key], enumerable: false })
  return made
}

/** A JSON copy, encoded like a tool's output; `undefined` for `undefined`, functions and symbols. */
export function plainJson(value: unknown): unknown {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined
  const { content, problem } = renderOutput({ value }, { maxBytes: Infinity })
  if (problem !== undefined) return content
  return typeof content === 'string' ? (JSON.parse(content) as { value?: unknown }).value : content
}

/** The call as it is executed: with edited arguments, if there are any. */
export function callOf({ call, edited }: CallState): ToolCall {
  if (edited === undefined) return call
  if (call.type === 'custom') return { ...call, custom: { ...call.custom, input: edited } }
  return { ...call, function: { ...call.function, arguments: edited } }
}

/** The context that `execute` and the policy's functions get. */
export function callContext(run: Run, call: ToolCall): CallContext {
  const { step } = run.state
  return { call, step, runId: run.id, idempotencyKey: `${run.id}/${step}/${call.id}`, context: run.context }
}
