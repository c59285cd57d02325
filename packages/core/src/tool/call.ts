// One call: find the tool, parse the arguments, execute, report. The model reads every failure.
import { ToolInputError } from '@toolloop/schema'
import { finishOf } from '@toolloop/wire'
import { agentBehind, type AgentCall } from '../compose/agent-tool.ts'
import { agentCall, type RunInside } from './agent-call.ts'
import { agentThrough } from './agent-onion.ts'
import { readAnswer } from '../run/answer.ts'
import type { Checked } from '../guard/check.ts'
import { argumentsOf, isWhole, nameOf } from '../facts/calls.ts'
import { type Fact, fact, type RunEvent } from '../facts/events.ts'
import { ownCopy } from '../facts/own-copy.ts'
import type { CallContext } from './execute.ts'
import type { Release } from './call-queue.ts'
import { placeInRun, placeInTool } from './limits.ts'
import type { Batch, Source } from '../run/scope.ts'
import { startsEarly } from '../agent/early.ts'
import { FINAL_TOOL } from '../agent/output.ts'
import type { Run } from '../run/run.ts'
import type { CallState } from '../facts/open-step.ts'
import { handedOver, supersededBy } from './handoff.ts'
import { driftOf, isDynamic, markOf, toolOf } from './added.ts'
import { callContext, callOf, type DoneFactory, doneFactory, live, request } from './facts.ts'
import { checkCall } from './guarded.ts'
import { ownArguments, type ParsedCall, shownArguments } from './own-arguments.ts'
import { fingerprintOf, isOutdated, questionFor } from './question.ts'
import { answered, executed, execution, failedCall, type Ready, reported } from './result.ts'
import { unknownOutcome, unknownTool, wordsOf } from './words.ts'

/** Ends with one `tool.done`; with `approval.request` when a decision is needed, with `tool.pause` when the agent that it runs needs one. */
export async function* toolCall(run: Run, item: CallState, inside?: RunInside): Source {
  const place = placeInRun(run)
  const leaveRun = place instanceof Promise ? await place : place
  if (!leaveRun) return // aborted while it waited
  let leaveTool: Release | undefined
  try {
    const ready = await prepare(run, item)
    if (!ready || Array.isArray(ready)) return ready
    const { tool } = ready
    if (!startsEarly(tool)) {
      if (run.state.open?.message === null) await run.untilMessage()
      if (run.signal.aborted || !isCurrent(run, item)) return
    }
    try {
      const under = placeInTool(run, ready)
      leaveTool = under instanceof Promise ? await under : under
    } catch (error) {
      return [...ready.checks, ...((await failedCall(run, ready, error, 0)) ?? [])]
    }
    if (!leaveTool) return // aborted while it waited
    const context = { ...callContext(run, callOf(item)), ...inputOf(item) }
    if (run.level.budget?.takeCall(run.path, run.state.step, item.call.id) === false)
      return [
        ...ready.checks,
        ready.done({ ok: false, reason: 'budget', content: 'Not run: the budget of tool calls is spent.' }),
      ]
    yield [...ready.checks, started(run, item, context, ready)]
    if (run.signal.aborted) return
    const beside = run.agent.guardrails && checkCall(run, item, ready, 'parallel')
    const agent = inside && agentBehind(tool)
    const events = agent
      ? yield* calledAgent(run, ready, agent, context, inside)
      : await executed(run, item, ready, context)
    if (!beside) return events
    const checked = await beside
    if (checked?.reject !== undefined)
      return [...checked.facts, ready.done({ ok: false, reason: 'guardrail', content: checked.reject })]
    // A trip is recorded also when the call has no result.
    return checked && (events || checked.hasEnded) ? [...checked.facts, ...(events ?? [])] : undefined
  } finally {
    leaveTool?.()
    leaveRun()
  }
}

/** Runs the agent behind a tool. */
async function* calledAgent(
  run: Run,
  ready: Ready,
  agent: AgentCall,
  context: CallContext,
  inside: RunInside,
): AsyncGenerator<Batch, RunEvent[] | undefined, void> {
  const mark = { step: context.step, callId: context.call.id, name: ready.tool.name }
  const since = run.clock.now()
  const callAgent = (args: unknown) => agentCall(run, agent, args, mark, inside)
  const { toolLayers } = run.agent
  const answer = yield* toolLayers
    ? agentThrough(run, toolLayers, execution(run, ready, context), callAgent)
    : callAgent(ready.args)
  if (!answer) return undefined
  if (answer.is === 'paused') return [fact({ type: 'tool.pause', ...mark })]
  return await answered(run, ready, answer, run.clock.now() - since)
}

/** Whether the call still belongs to the step: a filtered answer drops calls that have not started. */
const isCurrent = ({ state }: Run, { call }: CallState): boolean =>
  state.open?.calls.some((item) => item.call === call) ?? false

/** No guardrail had anything to check. */
const passed: Checked = { facts: [], hasEnded: false }

/** Finds the tool, parses the arguments, checks approval. Returns events for a call that is not executed; `undefined` when the run was aborted. */
async function prepare(run: Run, item: CallState): Promise<Ready | RunEvent[] | undefined> {
  const { call, decision, phase } = item
  const { open } = run.state
  const name = nameOf(call)
  let done = doneFactory(run, item)
  if (decision && 'result' in decision)
    return reported(run, call, done, { ok: false, reason: 'answered', content: decision.result })
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

  const known = open?.tools.includes(name) ? toolOf(run, name) : undefined
  const tool = known instanceof Promise ? await known : known
  if (!tool) {
    const content = markOf(run.state, name) ? `The tool \`${name}\` is not available any more.` : unknownTool(run, name)
    return [done({ ok: false, reason: 'unknown_tool', content })]
  }
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
  const handoff = run.agent.handoffs.get(name)
  if (handoff) return handedOver(run, item, parsed, { to: handoff.to, done, shown })
  if (tool.policy.loopKey !== undefined) done = withLoopKey(done, await loopKeyOf(parsed))
  const checked = run.agent.guardrails && phase !== 'started' ? await checkCall(run, item, parsed, 'blocking') : passed
  if (!checked) return undefined
  const checks = [...driftOf(run, tool), ...checked.facts]
  if (checked.hasEnded) return checks
  if (checked.reject !== undefined)
    return [...checks, done({ ok: false, reason: 'guardrail', content: checked.reject, args: shown })]
  if (!tool.execute) return [...checks, request(run, item, 'external', shown)]
  const mark = tool.policy.fingerprint ? await fingerprintOf(parsed) : {}
  if (isOutdated(item, mark)) return [...checks, request(run, item, 'approval', shown, mark)]
  const mayAsk = tool.policy.needsApproval || phase === 'started'
  const question = mayAsk ? await questionFor(run, parsed, item) : undefined
  if (question === 'report') return [done({ ok: false, reason: 'interrupted', content: unknownOutcome(), args: shown })]
  if (question) return [...checks, request(run, item, question, shown, mark)]
  return { ...parsed, shown, done, call: callOf(item), checks, mark }
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
  const type = isDynamic(run, ready.tool.name) ? 'tool.start.dynamic' : 'tool.start'
  const start = { type, ...mark, idempotencyKey, ...(effects !== 'unsafe' && { effects }) } as const
  return live(run, fact(start), { args: ready.shown })
}

/** What a person answered to the call's request, for `execute`. */
function inputOf({ decision, request: made }: CallState): Pick<CallContext, 'input'> {
  if (!decision || !('input' in decision) || !made?.input) return {}
  return { input: { answer: ownCopy(decision.input), state: ownCopy(made.input.state) } }
}

/** `tool` mode: valid arguments are the run's answer. Invalid ones are an error for the model, and count as an output retry. */
async function finalAnswer(run: Run, { call }: CallState, done: DoneFactory): Promise<RunEvent> {
  try {
    await readAnswer(run, argumentsOf(call))
    const other = await supersededBy(run, call)
    if (other !== undefined) return done({ ok: false, reason: 'superseded', content: other })
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
