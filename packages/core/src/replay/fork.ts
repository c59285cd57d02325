// Makes a new log from the facts of an old one before a step or a call.
import { type Message, UsageError } from '@toolloop/wire'
import { type Input, messagesFrom } from '../agent/input.ts'
import { specBehind } from '../agent/known.ts'
import { segmentOf } from '../facts/segment.ts'
import { type Fact, fact, type FactOf, isToolDone } from '../facts/events.ts'
import { type MemoryLog, memoryLog, type RunLog } from '../facts/log.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import { checkOfAgent } from '../reading/timeline.ts'

export interface ForkOptions {
  /** The number of the first step that is not copied; or the id of a call, whose siblings' results are copied. */
  readonly before: number | string
  /** Messages to add at that point; after the tool messages when the fork is before a call. */
  readonly messages?: Input | undefined
  /** The agent that will run the fork. @default the agent of the old log */
  readonly agent?: { readonly name: string } | undefined
  /** The new run's id. @default a random UUID */
  readonly runId?: string | undefined
}

/**
 * Copies the beginning of a log to a new one; resume it with `agent.run(undefined, { from: forked })`. It is a new run:
 * its calls have new idempotency keys. The old log stays unchanged.
 * @throws UsageError for a step or call that is not in the log, or the log of a pipeline, or a damaged log
 */
export async function fork(log: RunLog | readonly Fact[], options: ForkOptions): Promise<MemoryLog> {
  const { before, agent, runId = crypto.randomUUID() } = options
  const facts = await readLog('load' in log ? log : { load: () => log, append: () => {} })
  const start = checkOfAgent(facts, 'forked')
  stateOf(facts) // throws for a damaged log
  const history = typeof before === 'number' ? beforeStep(facts, before) : beforeCall(facts, before)
  const added = messagesFrom(options.messages).map((message) => addedAt(history.at(-1)!, message))
  const spec = agent && specBehind(agent)
  const first: Fact = {
    ...start,
    ...(spec && { agent: { name: spec.name, fingerprint: spec.fingerprint } }),
    forkOf: { run: start.run, before },
  }
  return memoryLog([first, ...history.slice(1), ...added].map((one, seq) => ({ ...one, seq, run: runId })))
}

const addedAt = ({ at }: Fact, message: Message): Fact => ({
  ...fact({ type: 'message.add', origin: 'caller', message }),
  at,
})

function beforeStep(facts: readonly Fact[], step: number): readonly Fact[] {
  const at = facts.findIndex((one) => isOwn(one) && isBeginning(one) && one.step === step)
  if (at >= 0) return facts.slice(0, at)
  const steps = new Set(facts.flatMap((one) => (isOwn(one) && one.type === 'step.start' ? one.step : [])))
  throw new UsageError(
    `\`before\` is ${step}; the log has the steps ${[...steps].join(', ') || 'none'}. To fork before a call, pass its id.`,
  )
}

/** Keeps the whole message and the siblings that are done. Drops this call and every call that is not done. */
function beforeCall(facts: readonly Fact[], callId: string): readonly Fact[] {
  const step = facts.find(
    (one) => isOwn(one) && isEnd(one) && one.message.tool_calls?.some((call) => call.id === callId),
  )
  if (!step || !isEnd(step)) {
    const ids = facts.flatMap((one) =>
      isOwn(one) && isEnd(one) ? (one.message.tool_calls ?? []).map((call) => call.id) : [],
    )
    throw new UsageError(`\`before\` is ${JSON.stringify(callId)}; the log has the calls ${ids.join(', ') || 'none'}.`)
  }
  const ownFirst = facts.findIndex((one) => isOfCall(one, callId))
  const until = ownFirst < 0 ? facts.length : Math.max(ownFirst, facts.indexOf(step) + 1)
  const begun = facts.findIndex((one) => isOwn(one) && one.type === 'step.start' && one.step === step.step)
  const isDone = (id: string): boolean =>
    id !== callId && facts.some((one) => isOwn(one) && isToolDone(one) && one.step === step.step && one.callId === id)
  // The runs of siblings that are done stay, with the runs inside them.
  const doneSegments = new Set(
    (step.message.tool_calls ?? []).filter(({ id }) => isDone(id)).map(({ id }) => segmentOf(step.step, id)),
  )
  return facts.filter((one, at) => {
    if (at < begun) return true
    if (!isOwn(one)) return doneSegments.has(one.path.split('/', 1)[0]!)
    if ('step' in one && one.step !== step.step) return false
    if (one.type === 'handoff') return false // the step is open again
    if (isOfAnyCall(one)) return isDone(one.callId)
    if (one.type === 'message.add') return at < until
    if (one.type === 'guardrail.done' && one.verdict === 'trip') return false // the fork has not ended
    return one.type !== 'run.pause' && one.type !== 'run.resume' && one.type !== 'run.done'
  })
}

/** A compaction comes before the request that it shortens. */
const isBeginning = (one: Fact): one is FactOf<'step.start' | 'messages.compact'> =>
  one.type === 'step.start' || one.type === 'messages.compact'
const isEnd = (one: Fact): one is FactOf<'step.done' | 'step.cut'> =>
  one.type === 'step.done' || one.type === 'step.cut'
const isOfAnyCall = (one: Fact): one is Fact & { readonly callId: string } => 'callId' in one
/** Whether a fact is of the root; the others are of runs inside it. */
const isOwn = ({ path }: Fact): boolean => !path
const isOfCall = (one: Fact, callId: string): boolean => isOwn(one) && isOfAnyCall(one) && one.callId === callId
