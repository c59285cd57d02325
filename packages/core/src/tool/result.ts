// What a call comes to: executes the tool, or reads an agent's answer, and reports the result.
import { InputRequired, isToolResult, renderOutput, ToolRetry } from '@toolloop/schema'
import { type ToolCall, UsageError } from '@toolloop/wire'
import { nameOf } from '../facts/calls.ts'
import type { RunEvent } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { jsonCopy } from '../facts/json-copy.ts'
import type { CallState } from '../facts/open-step.ts'
import type { ToolExecution } from '../models/middleware.ts'
import { MiddlewareError } from '../models/middleware-error.ts'
import { throughTool } from '../models/tool-onion.ts'
import { withContextHint } from '../run/context-hint.ts'
import type { Run } from '../run/run.ts'
import type { AgentAnswer } from './agent-call.ts'
import { type CallContext, execute, ToolTimeout } from './execute.ts'
import { bounded, resultBound } from './bounded.ts'
import { type Answer, callContext, type DoneFactory, plainJson, request } from './facts.ts'
import { checkResult, hasResultChecks } from './guarded.ts'
import { type ParsedCall, replaced } from './own-arguments.ts'
import type { Fingerprint } from './question.ts'
import { contentOf, wordsOf } from './words.ts'

/** A call that may execute. */
export interface Ready extends ParsedCall {
  /** The arguments as listeners see them. */
  readonly shown: unknown
  readonly done: DoneFactory
  readonly call: ToolCall
  /** What guardrails answered about the call. */
  readonly checks: readonly RunEvent[]
  /** For the call's requests. */
  readonly mark: Fingerprint
}

/** Executes the tool and reports. A result soon after an abort counts; an error then does not, because the tool may have had effects. */
export async function executed(
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
    const answer = succeeded(run, ready, returned, parseOutput ? await parseOutput(value) : value, ms)
    return await reported(run, ready.call, ready.done, answer)
  } catch (error) {
    if (run.signal.aborted) return undefined
    if (error instanceof InputRequired) return asked(run, item, ready, error, run.clock.now() - since)
    return failedCall(run, ready, error, run.clock.now() - since)
  } finally {
    run.leave()
  }
}

/** The request for input. A question that JSON cannot hold is a failed call. */
async function asked(
  run: Run,
  item: CallState,
  ready: Ready,
  error: InputRequired,
  ms: number,
): Promise<RunEvent[] | undefined> {
  try {
    const input = {
      request: jsonCopy(error.request ?? null, 'InputRequired.request'),
      state: jsonCopy(error.state ?? null, 'InputRequired.state'),
    }
    return [request(run, item, 'input', ready.shown, { input, ...ready.mark })]
  } catch (wrong) {
    return failedCall(run, ready, wrong, ms)
  }
}

/** A call, as its middlewares see it. */
export function execution(run: Run, { tool, args }: Ready, context: CallContext): ToolExecution {
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
export async function answered(
  run: Run,
  ready: Ready,
  answer: Exclude<AgentAnswer, { is: 'paused' }>,
  ms: number,
): Promise<RunEvent[] | undefined> {
  if (answer.is === 'failed') return failedCall(run, ready, answer.error, ms, answer.words)
  try {
    const { value } = answer
    const result = succeeded(run, ready, value, isToolResult(value) ? value.model : value, ms)
    return await reported(run, ready.call, ready.done, result)
  } catch (error) {
    return failedCall(run, ready, error, ms)
  }
}

/** The result, as the guardrails leave it. `undefined`: the run was aborted before they had answered. */
export async function reported(
  run: Run,
  call: ToolCall,
  done: DoneFactory,
  answer: Answer,
): Promise<RunEvent[] | undefined> {
  const name = nameOf(call)
  const checked = hasResultChecks(run, name) ? await checkResult(run, call, answer) : { facts: [], answer }
  if (!checked) return undefined
  const bound = resultBound(run, name)
  const { idempotencyKey } = callContext(run, call)
  const left = bound ? await bounded(bound, idempotencyKey, checked.answer) : checked.answer
  return [...checked.facts, done(left)]
}

function succeeded(run: Run, { shown, tool }: Ready, returned: unknown, output: unknown, ms: number): Answer {
  const { content, parts, problem } = renderOutput(output, resultBound(run, tool.name) && { maxBytes: Infinity })
  if (problem !== undefined)
    throw new UsageError(
      `The tool's result cannot be sent to the model: ${problem}. Return text, JSON or content parts.`,
    )
  const details = isToolResult(returned) ? plainJson(returned.details) : undefined
  return {
    ok: true,
    content,
    ...(parts && { parts }),
    ...(details !== undefined && { details }),
    ms,
    args: shown,
    output,
  }
}

/** `words`: what the model reads, unless the agent has a function that words errors. */
export async function failedCall(
  run: Run,
  { tool, shown, done, call }: Ready,
  error: unknown,
  ms: number,
  words?: string,
): Promise<RunEvent[] | undefined> {
  // The model cannot mend a middleware, so its error ends the run.
  const policy = error instanceof MiddlewareError ? 'throw' : (tool.policy.onError ?? run.agent.onToolError)
  const isRetry = error instanceof ToolRetry
  const reason = isRetry ? 'retry' : error instanceof ToolTimeout ? 'timeout' : 'failed'
  const written = typeof policy === 'function' ? undefined : words
  const content = written ?? (isRetry || reason === 'timeout' ? wordsOf(error) : await contentOf(policy, error))
  // For the developer: the model reads the tool's own words.
  const hinted = withContextHint(run, `Tool \`${tool.name}\``, error)
  const answer = await reported(run, call, done, { ok: false, reason, content, ms, args: shown, error: hinted })
  return answer && policy === 'throw' && !isRetry ? [...answer, failed(hinted)] : answer
}
