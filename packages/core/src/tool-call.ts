// One call: find the tool, parse the arguments, run it, report. Every failure is an answer for the model.
import { isToolResult, renderOutput, ToolInputError, ToolRetry } from '@toolloop/schema'
import { readAnswer } from './answer.ts'
import { argumentsOf, isWhole, nameOf } from './calls.ts'
import { type Fact, fact, type RunEvent } from './events.ts'
import { type CallContext, execute, ToolTimeout } from './execute.ts'
import { failed } from './failure.ts'
import { placeInRun, placeInTool, type Release } from './limits.ts'
import { Mailbox } from './mailbox.ts'
import { FINAL_TOOL } from './output.ts'
import type { Run } from './run.ts'
import type { AnyTool } from './spec.ts'
import type { CallState } from './state.ts'
import { callContext, type DoneFactory, doneFactory, live, plainJson, request } from './tool-facts.ts'
import { questionFor } from './tool-question.ts'
import { contentOf, unknownOutcome, unknownTool, wordsOf } from './tool-words.ts'

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
  if (decision && 'result' in decision) return [done({ ok: false, reason: 'answered', content: decision.result })]
  if (decision && !isApproval(decision) && item.request?.kind === 'interrupted')
    return [done({ ok: false, reason: 'interrupted', content: unknownOutcome(decision.reason) })]
  if (decision && !isApproval(decision))
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
    return [done({ ok: false, reason, content: wordsOf(error), error })]
  }
  if (!tool.execute) return [request(run, item, 'external')]
  const question = await questionFor(run, tool, item, args)
  if (question === 'report')
    return [
      done({
        ok: false,
        reason: 'interrupted',
        content: unknownOutcome(),
        args,
      }),
    ]
  return question ? [request(run, item, question)] : { tool, args, done }
}

/** Only `true` itself: a log may have been edited, and whoever reads it may have slipped. */
const isApproval = (decision: { readonly approve: unknown }): decision is { readonly approve: true } =>
  decision.approve === true

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
  const reason = told ? 'retry' : error instanceof ToolTimeout ? 'timeout' : 'failed'
  const content = told || reason === 'timeout' ? wordsOf(error) : await contentOf(policy, error)
  const answer = done({ ok: false, reason, content, ms, args, error })
  return policy === 'throw' && !told ? [answer, failed(error)] : [answer]
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
      content: wordsOf(error),
      final: true,
      error,
    })
  }
}
