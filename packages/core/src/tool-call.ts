// One call: find the tool, parse the arguments, run it, report. Every failure is an answer for the model.
import { describeError, isToolResult, renderOutput, ToolInputError, ToolRetry } from '@toolloop/schema'
import type { ContentPart, TextPart, ToolCall } from '@toolloop/wire'
import { argumentsOf, isWhole, nameOf } from './calls.ts'
import { acquire } from './limits.ts'
import { type ApprovalRequest, type Fact, fact, type RunEvent, type ToolDone } from './events.ts'
import { type CallContext, execute, Timeout } from './execute.ts'
import { failed } from './failure.ts'
import { Mailbox } from './mailbox.ts'
import { FINAL_TOOL } from './output.ts'
import type { Run } from './run.ts'
import type { AnyTool } from './spec.ts'
import type { CallState } from './state.ts'

/** Ends with one `tool.done`, or with `approval.request` where somebody else must answer. */
export async function* toolCall(run: Run, item: CallState): AsyncGenerator<RunEvent[], void, void> {
  const { call, decision } = item
  const name = nameOf(call)
  const done = doneFactory(run, item)
  if (decision && 'result' in decision) return yield [done({ ok: true, content: decision.result })]
  if (decision && 'approve' in decision && !decision.approve)
    return yield [done({ ok: false, reason: 'declined', content: decision.reason ?? 'Declined by the user.' })]
  if (run.state.open?.end?.type === 'step.done' && run.state.open.end.finish_reason === 'length' && !isWhole(call))
    return yield [
      done({
        ok: false,
        reason: 'truncated',
        content: 'Not run: a token limit cut the arguments off. Call again with less.',
      }),
    ]
  if (name === FINAL_TOOL && run.agent.output) return yield await finalAnswer(run, item, done)

  const tool = run.state.open?.tools.includes(name) ? run.agent.tools.get(name) : undefined
  if (!tool) return yield [done({ ok: false, reason: 'unknown_tool', content: unknownTool(run, name) })]
  let args: unknown
  try {
    args = await tool.parse(argumentsOf(call))
  } catch (error) {
    const reason = error instanceof ToolInputError ? 'arguments' : 'failed'
    return yield [done({ ok: false, reason, content: describeError(error), error })]
  }
  if (!tool.execute) return yield [request(run, item, 'external')]
  const question = await questionFor(run, tool, item, args)
  if (question === 'report')
    return yield [
      done({
        ok: false,
        reason: 'interrupted',
        content: 'Interrupted: the outcome is unknown. It was not run again.',
        args,
      }),
    ]
  if (question) return yield [request(run, item, question)]
  yield* attend(run, tool, item, args, done)
}

/** Waits for a place, logs the start, then passes on progress until there is an answer. */
async function* attend(
  run: Run,
  tool: AnyTool,
  item: CallState,
  args: unknown,
  done: DoneFactory,
): AsyncGenerator<RunEvent[], void, void> {
  const { call } = item
  const name = nameOf(call)
  const context = callContext(run, call)
  const { step, idempotencyKey } = context
  let release: (() => void) | undefined
  try {
    release = await acquire(run, tool, args)
  } catch (error) {
    return yield failedCall(run, tool, error, args, done, 0)
  }
  if (!release) return // aborted while it waited
  try {
    const started = fact({
      type: 'tool.start',
      step,
      callId: call.id,
      name,
      arguments: argumentsOf(call),
      idempotencyKey,
    })
    yield [live(started, { args })]
    const since = run.clock.now()
    const mailbox = new Mailbox<RunEvent>()
    const stop = (): void => mailbox.close()
    run.signal.addEventListener('abort', stop, { once: true })
    try {
      let answer: RunEvent[] = []
      const report = (event: RunEvent): void => mailbox.push(event)
      void execute(run, tool, args, context, report)
        .then((value) => succeeded(tool, value, args, done, run.clock.now() - since))
        .catch((error: unknown) => failedCall(run, tool, error, args, done, run.clock.now() - since))
        .then((events) => {
          answer = events
          mailbox.close()
        })
      for (let events = await mailbox.take(); events; events = await mailbox.take()) yield events
      if (answer.length > 0) yield answer
    } finally {
      run.signal.removeEventListener('abort', stop)
    }
  } finally {
    release()
  }
}

async function succeeded(
  tool: AnyTool,
  returned: unknown,
  args: unknown,
  done: DoneFactory,
  ms: number,
): Promise<RunEvent[]> {
  const value = isToolResult(returned) ? returned.model : returned
  const output = tool.parseOutput ? await tool.parseOutput(value) : value
  const { content, parts } = renderOutput(output)
  const details = isToolResult(returned) && returned.details !== undefined && { details: plainJson(returned.details) }
  return [done({ ok: true, content, ...(parts && { parts }), ...details, ms, args, output })]
}

function failedCall(run: Run, tool: AnyTool, error: unknown, args: unknown, done: DoneFactory, ms: number): RunEvent[] {
  const policy = tool.policy.onError ?? run.agent.onToolError
  const told = error instanceof ToolRetry
  const reason = told ? 'retry' : error instanceof Timeout ? 'timeout' : 'failed'
  const content = told || reason === 'timeout' ? describeError(error) : contentOf(policy, error)
  const answer = done({ ok: false, reason, content, ms, args, error })
  return policy === 'throw' && !told ? [answer, failed(run, error)] : [answer]
}

function contentOf(policy: AnyTool['policy']['onError'], error: unknown): string {
  if (typeof policy !== 'function') return describeError(error)
  try {
    return policy(error)
  } catch (worse) {
    return describeError(worse)
  }
}

/** `tool` mode: the first call whose arguments fit is the run's answer. */
async function finalAnswer(run: Run, { call }: CallState, done: DoneFactory): Promise<RunEvent[]> {
  const output = run.agent.output!
  try {
    run.output = { value: await output.parse(argumentsOf(call), run.context) }
    return [done({ ok: true, content: 'Accepted.', final: true })]
  } catch (error) {
    const answer = done({ ok: false, reason: 'arguments', content: describeError(error), final: true, error })
    return run.state.asks < output.retries ? [answer] : [answer, failed(run, error)]
  }
}

/** Must somebody be asked before this call runs? A function that throws means yes. */
async function questionFor(
  run: Run,
  tool: AnyTool,
  { call, phase }: CallState,
  args: unknown,
): Promise<'approval' | 'interrupted' | 'report' | undefined> {
  const { effects, needsApproval, onInterrupted = 'ask' } = tool.policy
  const context = { ...callContext(run, call), signal: run.signal, attempt: 1, progress: () => {} }
  if (phase === 'sealed' && needsApproval) {
    const needed = needsApproval === true || (await settle(() => needsApproval(args, context), true))
    return needed ? 'approval' : undefined
  }
  if (phase !== 'started' || effects !== 'unsafe') return undefined
  const policy =
    typeof onInterrupted === 'function'
      ? await settle(() => onInterrupted(args, context), 'ask' as const)
      : onInterrupted
  return policy === 'rerun' ? undefined : policy === 'report' ? 'report' : 'interrupted'
}

async function settle<Value>(ask: () => Value | Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await ask()
  } catch {
    return otherwise
  }
}

function callContext(run: Run, call: ToolCall): CallContext {
  const { step } = run.state
  return { call, step, runId: run.id, idempotencyKey: `${run.id}/${step}/${call.id}`, context: run.context }
}

function unknownTool(run: Run, name: string): string {
  const names = run.state.open?.tools ?? []
  const known =
    names.length > 0
      ? `Available: ${names.slice(0, 40).join(', ')}${names.length > 40 ? ', …' : ''}.`
      : 'No tools are available.'
  return `There is no tool ${JSON.stringify(name.slice(0, 64))}. ${known}`
}

function request(run: Run, { call }: CallState, kind: ApprovalRequest['kind']): Fact {
  return fact({
    type: 'approval.request',
    step: run.state.step,
    callId: call.id,
    name: nameOf(call),
    arguments: argumentsOf(call),
    kind,
  })
}

interface Answer {
  readonly ok: boolean
  readonly content: string | TextPart[]
  readonly parts?: ContentPart[]
  readonly details?: unknown
  readonly reason?: NonNullable<ToolDone['reason']>
  readonly final?: true
  readonly ms?: number
  /** Live, for listeners of this process. */
  readonly args?: unknown
  readonly output?: unknown
  readonly error?: unknown
}
type DoneFactory = (answer: Answer) => Fact

function doneFactory(run: Run, { call }: CallState): DoneFactory {
  const known = { step: run.state.step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  return ({ args, output, error, ms = 0, ...answer }) =>
    live(fact({ type: 'tool.done', ...known, ...answer, ms }), { args, output, error })
}

/** Values that listeners of this process see and the log does not keep. */
function live(made: Fact, values: Readonly<Record<string, unknown>>): Fact {
  for (const [key, value] of Object.entries(values))
    if (value !== undefined) Object.defineProperty(made, key, { value, enumerable: false })
  return made
}

/** A copy that a log can hold, rendered as a tool's output is. */
function plainJson(value: unknown): unknown {
  const { content } = renderOutput({ value }, { maxBytes: Infinity })
  return typeof content === 'string' ? (JSON.parse(content) as { value?: unknown }).value : content
}
