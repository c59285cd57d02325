// A new log out of an old one: what came before a step, or before a call, is its history.
import { type Message, UsageError } from '@toolloop/wire'
import { type Input, messagesFrom } from '../agent/input.ts'
import { specBehind } from '../agent/known.ts'
import { type Fact, fact, type FactOf } from '../facts/events.ts'
import { type MemoryLog, memoryLog, type RunLog } from '../facts/log.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import { startOf } from '../reading/timeline.ts'

export interface ForkOptions {
  /** The number of the first step that is not history; or the id of the call that has not been made: its siblings have. */
  readonly before: number | string
  /** Said at that point; behind the tool messages where the fork is before a call. */
  readonly messages?: Input | undefined
  /** Goes on in place of the agent whose log it is. */
  readonly agent?: { readonly name: string } | undefined
  /** The new run's id. @default a random UUID */
  readonly runId?: string | undefined
}

/**
 * A new log that goes on by `agent.run(undefined, { from: forked })`. It is another run: calls from there on have new
 * idempotency keys. The old log stays as it is.
 * @throws UsageError for a step or a call that the log does not hold, or a damaged log
 */
export async function fork(log: RunLog | readonly Fact[], options: ForkOptions): Promise<MemoryLog> {
  const { before, agent, runId = crypto.randomUUID() } = options
  const facts = await readLog('load' in log ? log : { load: () => log, append: () => {} })
  const start = startOf(facts)
  stateOf(facts) // a damaged log is no history
  const history = typeof before === 'number' ? beforeStep(facts, before) : beforeCall(facts, before)
  const said = messagesFrom(options.messages).map((message) => addedAt(history.at(-1)!, message))
  const spec = agent && specBehind(agent)
  const first: Fact = {
    ...start,
    ...(spec && { agent: { name: spec.name, fingerprint: spec.fingerprint } }),
    forkOf: { run: start.run, before },
  }
  return memoryLog([first, ...history.slice(1), ...said].map((one, seq) => ({ ...one, seq, run: runId })))
}

const addedAt = ({ at }: Fact, message: Message): Fact => ({
  ...fact({ type: 'message.add', origin: 'caller', message }),
  at,
})

function beforeStep(facts: readonly Fact[], step: number): readonly Fact[] {
  const at = facts.findIndex((one) => one.type === 'step.start' && one.step === step)
  if (at >= 0) return facts.slice(0, at)
  const steps = new Set(facts.flatMap((one) => (one.type === 'step.start' ? one.step : [])))
  throw new UsageError(
    `\`before\` is ${step}; the log has the steps ${[...steps].join(', ') || 'none'}, and a call is named by its id.`,
  )
}

/** The whole message stands, and so do siblings that are done; this call, and what was not done, was never begun. */
function beforeCall(facts: readonly Fact[], callId: string): readonly Fact[] {
  const step = facts.find((one) => isEnd(one) && one.message.tool_calls?.some((call) => call.id === callId))
  if (!step || !isEnd(step)) {
    const ids = facts.flatMap((one) => (isEnd(one) ? (one.message.tool_calls ?? []).map((call) => call.id) : []))
    throw new UsageError(`\`before\` is ${JSON.stringify(callId)}; the log has the calls ${ids.join(', ') || 'none'}.`)
  }
  const ownFirst = facts.findIndex((one) => isOfCall(one, callId))
  const until = ownFirst < 0 ? facts.length : Math.max(ownFirst, facts.indexOf(step) + 1)
  const begun = facts.findIndex((one) => one.type === 'step.start' && one.step === step.step)
  const isDone = (id: string): boolean =>
    id !== callId && facts.some((one) => one.type === 'tool.done' && one.step === step.step && one.callId === id)
  return facts.filter((one, at) => {
    if (at < begun) return true
    if ('step' in one && one.step !== step.step) return false
    if (isOfAnyCall(one)) return isDone(one.callId)
    if (one.type === 'message.add') return at < until
    return one.type !== 'run.pause' && one.type !== 'run.resume' && one.type !== 'run.done'
  })
}

const isEnd = (one: Fact): one is FactOf<'step.done' | 'step.cut'> =>
  one.type === 'step.done' || one.type === 'step.cut'
const isOfAnyCall = (one: Fact): one is Fact & { readonly callId: string } => 'callId' in one
const isOfCall = (one: Fact, callId: string): boolean => isOfAnyCall(one) && one.callId === callId
