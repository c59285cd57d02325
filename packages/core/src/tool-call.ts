// One call: find the tool, parse the arguments, run it, report. Every failure is an answer for the model.
import { OutputError, describeError, isToolResult, renderOutput, ToolInputError, ToolRetry } from '@toolloop/schema'
import type { ContentPart, TextPart, ToolCall } from '@toolloop/wire'
import { argumentsOf, isWhole, nameOf } from './calls.ts'
import { placeInRun, placeInTool, type Release } from './limits.ts'
import { type ApprovalRequest, type Fact, fact, type RunEvent, type ToolDone } from './events.ts'
import { type CallContext, execute, Timeout } from './execute.ts'
import { failed } from './failure.ts'
import { Mailbox } from './mailbox.ts'
import { readAnswer } from './answer.ts'
import { FINAL_TOOL } from './output.ts'
import type { Run } from './run.ts'
import type { AnyTool } from './spec.ts'
import type { CallState } from './state.ts'

/** Ends with one `tool.done`, or with `approval.request` where somebody else must answer. */
export async function* toolCall(run: Run, item: CallState): AsyncGenerator<RunEvent[], void, void> {
  const leaveRun = await placeInRun(run)
  if (!leaveRun) return // aborted while it waited
  let leaveTool: Release | undefined
  try {
    const ready = await prepare(run, item)
    if (Array.isArray(ready)) return yield ready
    const { tool, args } = ready
    try {
      leaveTool = await placeInTool(run, tool, args)
    } catch (error) {
      return yield await failedCall(run, ready, error, 0)
    }
    if (!leaveTool) return // aborted while it waited
    const context = callContext(run, item.call)
    yield [started(context, args)]
    if (run.signal.aborted) return
    const mailbox = attend(run, ready, context)
    for (let events = await mailbox.take(); events; events = await mailbox.take()) yield events
  } finally {
    leaveTool?.()
    leaveRun()
  }
}

/** A call that may run. */
interface Ready {
  readonly tool: AnyTool
  readonly args: unknown
  readonly done: DoneFactory
}

/** Finds the tool, parses the arguments, asks for consent; or the events of a call that does not run. */
async function prepare(run: Run, item: CallState): Promise<Ready | RunEvent[]> {
  const { call, decision } = item
  const { open } = run.state
  const name = nameOf(call)
  const done = doneFactory(run, item)
  if (decision && 'result' in decision) return [done({ ok: true, content: decision.result })]
  if (decision && decision.approve !== true)
    return [done({ ok: false, reason: 'declined', content: decision.reason ?? 'Declined by the user.' })]
  if (open?.end?.type === 'step.done' && open.end.finish_reason === 'length' && !isWhole(call))
    return [
      done({
        ok: false,
        reason: 'truncated',
        content: 'Not run: a token limit cut the arguments off. Call again with less.',
      }),
    ]
  if (name === FINAL_TOOL && open?.tools.includes(name)) return [await finalAnswer(run, item, done)]

  const tool = open?.tools.includes(name) ? run.agent.tools.get(name) : undefined
  if (!tool) return [done({ ok: false, reason: 'unknown_tool', content: unknownTool(run, name) })]
  let args: unknown
  try {
    args = await tool.parse(argumentsOf(call))
  } catch (error) {
    const reason = error instanceof ToolInputError ? 'arguments' : 'failed'
    return [done({ ok: false, reason, content: describeError(error), error })]
  }
  if (!tool.execute) return [request(run, item, 'external')]
  const question = await questionFor(run, tool, item, args)
  if (question === 'report')
    return [
      done({
        ok: false,
        reason: 'interrupted',
        content: 'Interrupted: the outcome is unknown. It was not run again.',
        args,
      }),
    ]
  return question ? [request(run, item, question)] : { tool, args, done }
}

function started({ call, step, idempotencyKey }: CallContext, args: unknown): Fact {
  const mark = { step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  return live(fact({ type: 'tool.start', ...mark, idempotencyKey }), { args })
}

/** Runs the tool: its progress, and at last its answer. After an abort there is none; one that came before it stands. */
function attend(run: Run, ready: Ready, context: CallContext): Mailbox<RunEvent> {
  const since = run.clock.now()
  const mailbox = new Mailbox<RunEvent>()
  void execute(run, ready.tool, ready.args, context, (event) => mailbox.push(event))
    .then((value) => succeeded(ready, value, run.clock.now() - since))
    .catch((error: unknown) => (run.signal.aborted ? [] : failedCall(run, ready, error, run.clock.now() - since)))
    .then((answer) => mailbox.close(answer))
  return mailbox
}

async function succeeded({ tool, args, done }: Ready, returned: unknown, ms: number): Promise<RunEvent[]> {
  const value = isToolResult(returned) ? returned.model : returned
  const output = tool.parseOutput ? await tool.parseOutput(value) : value
  const { content, parts } = renderOutput(output)
  const details = isToolResult(returned) ? plainJson(returned.details) : undefined
  return [
    done({ ok: true, content, ...(parts && { parts }), ...(details !== undefined && { details }), ms, args, output }),
  ]
}

async function failedCall(run: Run, { tool, args, done }: Ready, error: unknown, ms: number): Promise<RunEvent[]> {
  const policy = tool.policy.onError ?? run.agent.onToolError
  const told = error instanceof ToolRetry
  const reason = told ? 'retry' : error instanceof Timeout ? 'timeout' : 'failed'
  const content = told || reason === 'timeout' ? describeError(error) : await contentOf(policy, error)
  const answer = done({ ok: false, reason, content, ms, args, error })
  return policy === 'throw' && !told ? [answer, failed(error)] : [answer]
}

/** The user's words for an error; what is no text, or throws, is replaced by the error's own message. */
async function contentOf(policy: AnyTool['policy']['onError'], error: unknown): Promise<string> {
  if (typeof policy !== 'function') return describeError(error)
  try {
    const words: unknown = await policy(error)
    return typeof words === 'string' ? words.slice(0, 16_384) : describeError(error)
  } catch (worse) {
    return describeError(worse)
  }
}

/** `tool` mode: a call whose arguments fit is the run's answer; one whose do not is told so, and counts as an ask. */
async function finalAnswer(run: Run, { call }: CallState, done: DoneFactory): Promise<RunEvent> {
  try {
    await readAnswer(run, argumentsOf(call))
    return done({ ok: true, content: 'Accepted.', final: true })
  } catch (error) {
    return done({
      ok: false,
      reason: 'arguments',
      content: error instanceof OutputError ? error.message : describeError(error),
      final: true,
      error,
    })
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
  const names = (run.state.open?.tools ?? []).filter((known) => known === FINAL_TOOL || run.agent.tools.has(known))
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

/** A copy that a log can hold, rendered as a tool's output is; `undefined` for what JSON has no word for. */
function plainJson(value: unknown): unknown {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined
  const { content } = renderOutput({ value }, { maxBytes: Infinity })
  return typeof content === 'string' ? (JSON.parse(content) as { value?: unknown }).value : content
}
