// One call: find the tool, parse the arguments, run it, report. Every failure is an answer for the model.
import { isToolResult, renderOutput, ToolInputError, ToolRetry } from '@toolloop/schema'
import { readAnswer } from './answer.ts'
import { argumentsOf, isWhole, nameOf } from './calls.ts'
import { fact, type RunEvent } from './events.ts'
import { execute, ToolTimeout } from './execute.ts'
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
  const release = await placeInRun(run)
  if (!release) return // aborted while it waited
  try {
    yield* answerCall(run, item)
  } finally {
    release()
  }
}

async function* answerCall(run: Run, item: CallState): AsyncGenerator<RunEvent[], void, void> {
  const { call, decision } = item
  const { open } = run.state
  const name = nameOf(call)
  const done = doneFactory(run, item)
  if (decision && 'result' in decision) return yield [done({ ok: false, reason: 'answered', content: decision.result })]
  if (decision && !isApproval(decision) && item.request?.kind === 'interrupted')
    return yield [done({ ok: false, reason: 'interrupted', content: unknownOutcome(decision.reason) })]
  if (decision && !isApproval(decision))
    return yield [done({ ok: false, reason: 'declined', content: decision.reason ?? 'Declined by the user.' })]
  if (open?.end?.type === 'step.done' && open.end.finish_reason === 'length' && !isWhole(call))
    return yield [
      done({
        ok: false,
        reason: 'truncated',
        content: 'Not run: a token limit cut the arguments off. Call again with less.',
      }),
    ]
  if (name === FINAL_TOOL && open?.tools.includes(name)) return yield [await finalAnswer(run, item, done)]

  const tool = open?.tools.includes(name) ? run.agent.tools.get(name) : undefined
  if (!tool) return yield [done({ ok: false, reason: 'unknown_tool', content: unknownTool(run, name) })]
  let args: unknown
  try {
    args = await tool.parse(argumentsOf(call))
  } catch (error) {
    const reason = error instanceof ToolInputError ? 'arguments' : 'failed'
    return yield [done({ ok: false, reason, content: wordsOf(error), error })]
  }
  if (!tool.execute) return yield [request(run, item, 'external')]
  const question = await questionFor(run, tool, item, args)
  if (question === 'report')
    return yield [
      done({
        ok: false,
        reason: 'interrupted',
        content: unknownOutcome(),
        args,
      }),
    ]
  if (question) return yield [request(run, item, question)]
  yield* attend(run, { tool, item, args, done })
}

/** Only `true` itself: a log may have been edited, and whoever reads it may have slipped. */
const isApproval = (decision: { readonly approve: unknown }): decision is { readonly approve: true } =>
  decision.approve === true

/** A call that may run. */
interface Ready {
  readonly tool: AnyTool
  readonly item: CallState
  readonly args: unknown
  readonly done: DoneFactory
}

/** Waits for a place, logs the start, then passes on progress until there is an answer. */
async function* attend(run: Run, ready: Ready): AsyncGenerator<RunEvent[], void, void> {
  const { tool, args } = ready
  const { call } = ready.item
  let release: Release | undefined
  try {
    release = await placeInTool(run, tool, args)
  } catch (error) {
    return yield await failedCall(run, ready, error, 0)
  }
  if (!release) return // aborted while it waited
  try {
    const context = callContext(run, call)
    const { step, idempotencyKey } = context
    const mark = { step, callId: call.id, name: nameOf(call), arguments: argumentsOf(call) }
    yield [live(fact({ type: 'tool.start', ...mark, idempotencyKey }), { args })]
    if (run.signal.aborted) return
    const since = run.clock.now()
    const mailbox = new Mailbox<RunEvent>()
    let answer: RunEvent[] = []
    void execute(run, tool, args, context, (event) => mailbox.push(event))
      .then((value) => succeeded(ready, value, run.clock.now() - since))
      // After an abort there is no answer; one that came before it stands.
      .catch((error: unknown) => (run.signal.aborted ? [] : failedCall(run, ready, error, run.clock.now() - since)))
      .then((events) => {
        answer = events
        mailbox.close()
      })
    for (let events = await mailbox.take(); events; events = await mailbox.take()) yield events
    if (answer.length > 0) yield answer
  } finally {
    release()
  }
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
