// The first batch of a run: the input in a new log, or decisions and messages for a resumed one.
import { type Message, UsageError } from '@toolloop/wire'
import type { AgentSpec } from '../agent/spec.ts'
import { holderIn } from '../agent/team.ts'
import { ApprovalError } from '../approval/error.ts'
import { decisionsOn } from '../compose/decisions.ts'
import { agentAt } from '../compose/path.ts'
import { difference } from '../facts/difference.ts'
import { type Fact, fact, type FactOf, type RunEvent } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import type { RunState } from '../facts/state.ts'
import type { RunOptions } from '../run/options.ts'
import type { Batch } from '../run/scope.ts'

type Start = FactOf<'run.start'>

/** The first fact of a log to resume; `undefined` for an empty log. @throws UsageError when the log does not fit agent or options */
export function checkLog(
  agent: { readonly name: string },
  past: readonly Fact[],
  options: RunOptions,
): Start | undefined {
  const { from, log, decisions, runId } = options
  const [first] = past
  if (!first) {
    if (from)
      throw new UsageError('The log given as `from` is empty: there is nothing to resume. To start, pass it as `log`.')
    if (decisions) throw new UsageError('`decisions` answer the requests of an earlier run: pass its log as `from`.')
    return undefined
  }
  const option = from ? 'from' : 'log'
  if (first.type !== 'run.start')
    throw new UsageError(
      `The log given as \`${option}\` does not begin with \`run.start\`; there is nothing to resume.`,
    )
  if (first.version !== 1)
    throw new UsageError(`The log has format ${String(first.version)}; this version reads format 1.`)
  if (first.session && first.session.messages > 0)
    throw new UsageError(
      `The log is turn ${first.session.turn} of a session, without the ${first.session.messages} messages before it: resume it with \`session.run(agent)\`, or pass \`session.log(${first.session.turn})\`.`,
    )
  if (first.agent.name !== agent.name)
    throw new UsageError(`The log is of the agent \`${first.agent.name}\`, not of \`${agent.name}\`.`)
  if (log && runId !== undefined && first.run !== runId)
    throw new UsageError(
      `The log holds run \`${first.run}\`, not \`${runId}\`: pass an empty log, or leave \`runId\` out.`,
    )
  return first
}

/** A used log given as `log` is resumed if its run has not ended and had the same input. @throws UsageError otherwise */
export function checkSameRun(first: Start, state: RunState, messages: readonly Message[]): void {
  const holds = `The log holds run \`${first.run}\` already`
  if (state.outcome)
    throw new UsageError(
      `${holds}, which ended as \`${state.outcome.status}\`: pass it as \`from\` to resume it, or pass an empty log.`,
    )
  const found = difference(first.input, messages, 'input')
  if (!found) return
  throw new UsageError(
    `${holds}, which had another input: ${found.path} is ${shown(found.is)}, and was ${shown(found.was)}. Pass it as \`from\` to add messages, or pass an empty log.`,
  )
}

/** @throws UsageError when an unfinished run of the tree is held by an agent that its own agent does not reach any more */
export function checkHolders(agent: AgentSpec, past: readonly Fact[]): void {
  if (!past.some(({ type }) => type === 'handoff')) return
  const open = new Map<string, string>()
  for (const one of past) {
    if (one.type === 'handoff') open.set(one.path, one.agent.name)
    if (one.type === 'run.done' && one.path !== '' && one.outcome.status !== 'aborted') open.delete(one.path)
  }
  for (const [path, name] of open) {
    const opened = agentAt(agent, past, path)
    if (opened) holderIn(opened, name)
  }
}

/** The first fact of a new run. */
export const started = ({ name, fingerprint }: AgentSpec, input: readonly Message[]): Batch => [
  fact({ type: 'run.start', version: 1, agent: { name, fingerprint }, input }),
]

/** The first batch of a resumed run. @throws ApprovalError or UsageError for decisions that do not fit, and for a holder that is gone */
export async function resumed(
  root: AgentSpec,
  past: readonly Fact[],
  state: RunState,
  messages: readonly Message[],
  decisions: RunOptions['decisions'] = {},
): Promise<Batch> {
  if (state.transfer) holderIn(root, state.transfer.handoff ?? '')
  const { name, fingerprint } = holderIn(root, state.holder)
  const batch: RunEvent[] = [fact({ type: 'run.resume', agent: { name, fingerprint } })]
  const was = lastFingerprint(past, state.path)
  if (was !== undefined && was !== fingerprint)
    batch.push({ type: 'resume.drift', run: state.run, path: state.path, was, is: fingerprint })
  batch.push(...(await decisionsOn(past, decisions, (path) => (path === '' ? root : agentAt(root, past, path)))))
  for (const message of messages) batch.push(fact({ type: 'message.add', origin: 'caller', message }))
  return batch
}

/** The fingerprint of the agent that held the run last. */
function lastFingerprint(past: readonly Fact[], path: string): string | undefined {
  const mark = past.findLast((one): one is Mark => marks.has(one.type) && one.path === path)
  return mark?.agent.fingerprint
}

type Mark = FactOf<'run.start' | 'run.resume' | 'handoff'>
const marks: ReadonlySet<string> = new Set<Mark['type']>(['run.start', 'run.resume', 'handoff'])

/**
 * The error for a first batch with decisions that the log rejected. If another process has logged decisions meanwhile,
 * theirs count.
 */
export async function refusal(log: RunLog, start: Batch, known: number, error: unknown): Promise<unknown> {
  const ours = start.filter((event) => event.type === 'approval.decision')
  if (ours.length === 0) return error
  try {
    const theirs = (await log.load()).slice(known)
    const taken = ours.find((one) =>
      theirs.some(
        (other) => other.type === 'approval.decision' && other.path === one.path && other.callId === one.callId,
      ),
    )
    if (!taken) return error
    const id = taken.id ?? taken.callId
    const words = `The request ${JSON.stringify(id)} was decided by another process in the meantime; nothing was changed.`
    return new ApprovalError('decided', id, words, { cause: error })
  } catch {
    return error
  }
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 120)
