// One call: find the tool, parse the arguments, execute, report. The model reads every failure.
import { InputRequired, isToolResult, renderOutput, ToolInputError, ToolRetry } from '@toolloop/schema'
import { finishOf, UsageError } from '@toolloop/wire'
import { agentBehind } from '../compose/agent-tool.ts'
import { type AgentAnswer, agentCall, type RunInside } from './agent-call.ts'
import { readAnswer } from '../run/answer.ts'
import { withContextHint } from '../run/context-hint.ts'
import { jsonCopy } from '../facts/json-copy.ts'
import { argumentsOf, isWhole, nameOf } from '../facts/calls.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import { ownCopy } from '../facts/own-copy.ts'
import { type CallContext, execute, ToolTimeout } from './execute.ts'
import { failed } from '../facts/failure.ts'
import type { Release } from './call-queue.ts'
import type { ToolExecution } from '../models/middleware.ts'
import { MiddlewareError } from '../models/middleware-error.ts'
import { throughTool } from '../models/tool-onion.ts'
import { placeInRun, placeInTool } from './limits.ts'
import type { Source } from '../run/scope.ts'
import { FINAL_TOOL } from '../agent/output.ts'
import type { Run } from '../run/run.ts'
import type { CallState } from '../facts/open-step.ts'
import { callContext, callOf, type DoneFactory, doneFactory, live, plainJson, request } from './facts.ts'
import { ownArguments, type ParsedCall, replaced, shownArguments } from './own-arguments.ts'
import { questionFor } from './question.ts'
import { contentOf, unknownOutcome, unknownTool, wordsOf } from './words.ts'

/** Ends with one `tool.done`; with `approval.request` when a decision is needed, with `tool.pause` when the agent that it runs needs one. */
export async function* toolCall(run: Run, item: CallState, inside?: RunInside): Source {
  const place = placeInRun(run)
  const leaveRun = place instanceof Promise ? await place : place
  if (!leaveRun) return // aborted while it waited
  let leaveTool: Release | undefined
  try {
    const ready = await prepare(run, item)
    if (Array.isArray(ready)) return ready
    const { tool } = ready
    if (tool.policy.needsApproval) {
      if (run.state.open?.message === null) await run.untilMessage()
      if (run.signal.aborted || !isCurrent(run, item)) return
    }
    try {
      const under = placeInTool(run, ready)
      leaveTool = under instanceof Promise ? await under : under
    } catch (error) {
      return await failedCall(run, ready, error, 0)
    }
    if (!leaveTool) return // aborted while it waited
    const context = { ...callContext(run, callOf(item)), ...inputOf(item) }
    if (run.level.budget?.takeCall(run.path, run.state.step, item.call.id) === false)
      return [ready.done({ ok: false, reason: 'budget', content: 'Not run: the budget of tool calls is spent.' })]
    yield [started(run, item, context, ready)]
    if (run.signal.aborted) return
    const agent = inside && agentBehind(tool)
    if (!agent) return await executed(run, item, ready, context)
    const mark = { step: context.step, callId: item.call.id, name: tool.name }
    const since = run.clock.now()
    const answer = yield* agentCall(run, agent, ready.args, mark, inside)
    if (!answer) return
    if (answer.is === 'paused') return [fact({ type: 'tool.pause', ...mark })]
    return await answered(run, ready, answer, run.clock.now() - since)
  } finally {
    leaveTool?.()
    leaveRun()
  }
}

/** Whether the call still belongs to the step: a filtered answer drops calls that have not started. */
const isCurrent = ({ state }: Run, { call }: CallState): boolean =>
  state.open?.calls.some((item) => item.call === call) ?? false

/** A call that may execute. */
interface Ready extends ParsedCall {
  /** The arguments as listeners see them. */
  readonly shown: unknown
  readonly done: DoneFactory
}

/** Finds the tool, parses the arguments, checks approval. Returns events for a call that is not executed. */
async function prepare(run: Run, item: CallState): Promise<Ready | RunEvent[]> {
  const { call, decision } = item
  const { open } = run.state
  const name = nameOf(call)
  let done = doneFactory(run, item)
  if (decision && 'result' in decision) return [done({ ok: false, reason: 'answered', content: decision.result })]
  const isAnswered = decision !== undefined && 'input' in decision
  if (decision && !isAnswered && !isApproval(decision) && item.request?.kind === 'interrupted')
    return [done({ ok: false, reason: 'interrupted', content: unknownOutcome(decision.reason) })]
  if (decision && !isAnswered && !isApproval(decision))
    return [done({ ok: false, reason: 'declined', content: decision.reason ?? 'Declined by the user.' })]
  if (open?.end?.type === 'step.done' && finishOf(open.end.finish_reason) === 'truncated' && !isWhole(call))
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
  const text = item.edited ?? argumentsOf(call)
  let parsed: ParsedCall
  let shown: unknown
  try {
    parsed = { tool, text, args: await tool.parse(text) }
    const own = run.watched ? shownArguments(parsed) : undefined
    shown = own instanceof Promise ? await own : own
  } catch (error) {
    const reason = error instanceof ToolInputError ? 'arguments' : 'failed'
    return [done({ ok: false, reason, content: wordsOf(error), error })]
  }
  if (tool.policy.loopKey !== undefined) done = withLoopKey(done, await loopKeyOf(parsed))
  if (!tool.execute) return [request(run, item, 'external', shown)]
  const mayAsk = tool.policy.needsApproval || item.phase === 'started'
  const question = mayAsk ? await questionFor(run, parsed, item) : undefined
  if (question === 'report')
    return [
      done({
        ok: false,
        reason: 'interrupted',
        content: unknownOutcome(),
        args: shown,
      }),
    ]
  if (question) return [request(run, item, question, shown)]
  return { ...parsed, shown, done }
}

/** What the cycle guard counts in place of the arguments. A function that throws, or returns no text, leaves the arguments. */
async function loopKeyOf(call: ParsedCall): Promise<string | false | undefined> {
  const { loopKey } = call.tool.policy
  try {
    const key: unknown = typeof loopKey === 'function' ? loopKey(await ownArguments(call)) : loopKey
    return typeof key === 'string' || key === false ? key : undefined
  } catch {
    return undefined
  }
}

const withLoopKey = (done: DoneFactory, loopKey: string | false | undefined): DoneFactory =>
  loopKey === undefined ? done : (answer) => done({ ...answer, loopKey })

/** Only `true` itself: a log may have been edited by hand. */
const isApproval = (decision: { readonly approve: unknown }): decision is { readonly approve: true } =>
  decision.approve === true

function started(run: Run, { call }: CallState, { step, idempotencyKey }: CallContext, ready: Ready): Fact {
  const mark = { step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
  const { effects } = ready.tool.policy
  const start = { type: 'tool.start', ...mark, idempotencyKey, ...(effects !== 'unsafe' && { effects }) } as const
  return live(run, fact(start), { args: ready.shown })
}

/** Executes the tool and reports. A result soon after an abort counts; an error then does not, because the tool may have had effects. */
async function executed(
  run: Run,
  item: CallState,
  ready: Ready,
  context: CallContext,
): Promise<RunEvent[] | undefined> {
  const since = run.clock.now()
  run.enter()
  try {
    const { toolLayers } = run.agent
    const returned = await (toolLayers
      ? throughTool(toolLayers, execution(run, ready, context), (args) => execute(run, replaced(ready, args), context))
      : execute(run, ready, context))
    const ms = run.clock.now() - since
    const value = isToolResult(returned) ? returned.model : returned
    const { parseOutput } = ready.tool
    return [succeeded(ready, returned, parseOutput ? await parseOutput(value) : value, ms)]
  } catch (error) {
    if (run.signal.aborted) return undefined
    if (error instanceof InputRequired) return asked(run, item, ready, error, run.clock.now() - since)
    return failedCall(run, ready, error, run.clock.now() - since)
  } finally {
    run.leave()
  }
}

/** The request for input. A question that JSON cannot hold is a failed call. */
async function asked(run: Run, item: CallState, ready: Ready, error: InputRequired, ms: number): Promise<RunEvent[]> {
  try {
    const input = {
      request: jsonCopy(error.request ?? null, 'InputRequired.request'),
      state: jsonCopy(error.state ?? null, 'InputRequired.state'),
    }
    return [request(run, item, 'input', ready.shown, input)]
  } catch (wrong) {
    return failedCall(run, ready, wrong, ms)
  }
}

/** What a person answered to the call's request, for `execute`. */
function inputOf({ decision, request: made }: CallState): Pick<CallContext, 'input'> {
  if (!decision || !('input' in decision) || !made?.input) return {}
  return { input: { answer: ownCopy(decision.input), state: ownCopy(made.input.state) } }
}

/** A call, as its middlewares see it. */
function execution(run: Run, { tool, args }: Ready, context: CallContext): ToolExecution {
  const { call, step, runId, idempotencyKey } = context
  const { signal, state } = run
  const earlier = (): number => {
    const done = state.steps.flatMap(({ calls }) => calls).filter(({ name }) => name === tool.name)
    const open = state.open?.calls.map((item) => item.call) ?? []
    const before = open.slice(
      0,
      open.findIndex(({ id }) => id === call.id),
    )
    return done.length + before.filter((one) => nameOf(one) === tool.name).length
  }
  const agent = run.agent.name
  return { name: tool.name, args, call, agent, runId, step, context: context.context, signal, idempotencyKey, earlier }
}

/** The result of a call that ran an agent. */
async function answered(
  run: Run,
  ready: Ready,
  answer: Exclude<AgentAnswer, { is: 'paused' }>,
  ms: number,
): Promise<RunEvent[]> {
  if (answer.is === 'failed') return failedCall(run, ready, answer.error, ms, answer.words)
  try {
    return [succeeded(ready, answer.value, answer.value, ms)]
  } catch (error) {
    return failedCall(run, ready, error, ms)
  }
}

function succeeded({ shown, done }: Ready, returned: unknown, output: unknown, ms: number): Fact {
  const { content, parts, problem } = renderOutput(output)
  if (problem !== undefined)
    throw new UsageError(
      `The tool's result cannot be sent to the model: ${problem}. Return text, JSON or content parts.`,
    )
  const details = isToolResult(returned) ? plainJson(returned.details) : undefined
  return done({
    ok: true,
    content,
    ...(parts && { parts }),
    ...(details !== undefined && { details }),
    ms,
    args: shown,
    output,
  })
}

/** `words`: what the model reads, unless the agent has a function that words errors. */
async function failedCall(
  run: Run,
  { tool, shown, done }: Ready,
  error: unknown,
  ms: number,
  words?: string,
): Promise<RunEvent[]> {
  // The model cannot mend a middleware, so its error ends the run.
  const policy = error instanceof MiddlewareError ? 'throw' : (tool.policy.onError ?? run.agent.onToolError)
  const isRetry = error instanceof ToolRetry
  const reason = isRetry ? 'retry' : error instanceof ToolTimeout ? 'timeout' : 'failed'
  const written = typeof policy === 'function' ? undefined : words
  const content = written ?? (isRetry || reason === 'timeout' ? wordsOf(error) : await contentOf(policy, error))
  // For the developer: the model reads the tool's own words.
  const hinted = withContextHint(run, `Tool \`${tool.name}\``, error)
  const answer = done({ ok: false, reason, content, ms, args: shown, error: hinted })
  return policy === 'throw' && !isRetry ? [answer, failed(hinted)] : [answer]
}

/** `tool` mode: valid arguments are the run's answer. Invalid ones are an error for the model, and count as an output retry. */
async function finalAnswer(run: Run, { call }: CallState, done: DoneFactory): Promise<RunEvent> {
  try {
    await readAnswer(run, argumentsOf(call))
    return done({ ok: true, content: 'Accepted.', final: true })
  } catch (error) {
    return done({
      ok: false,
      reason: 'arguments',
      content: wordsOf(error),
      final: true,
      error,
    })
  }
}
