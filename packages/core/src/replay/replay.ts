import type { ChatModel, ModelRequest } from '@toolloop/wire'
import { systemClock } from '@toolloop/wire'
import { FINAL_TOOL } from '../agent/output.ts'
import { specBehind } from '../agent/known.ts'
import type { AgentSpec } from '../agent/spec.ts'
import { type Team, teamOf } from '../agent/team.ts'
import { Desk } from '../approval/desk.ts'
import type { Fact } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import type { PrefixMark } from '../facts/prefix-mark.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import { checkLog } from '../loop/beginning.ts'
import { agentMachine } from '../loop/agent-machine.ts'
import { loop } from '../loop/loop.ts'
import { MemoryScope } from '../loop/memory-scope.ts'
import { readingOf, type RunReading } from '../reading/reading.ts'
import { checkOfAgent } from '../reading/timeline.ts'
import { apply, initialState, type RunState } from '../facts/state.ts'
import { readAnswer } from '../run/answer.ts'
import { requestOf } from '../run/result-of.ts'
import type { Result } from '../run/result.ts'
import { Level, runHasEnded } from '../run/level.ts'
import { Run } from '../run/run.ts'
import { Tree } from '../run/tree.ts'
import { RecordedMail } from './mail.ts'
import { differencesIn, type RequestPart } from './marks.ts'
import { performFrom } from './perform.ts'
import { drafted, Recording } from './recording.ts'

/** An agent made by `agent()`; the type carries its output. */
interface Replayable<Output> {
  readonly name: string
  run(...args: never[]): Promise<Result<Output>>
}

/** The options of `replay`. */
export interface ReplayOptions {
  /** The context for the agent's hooks and its tools' policies. */
  readonly context?: unknown
}

/** The reading of a replayed run, with its typed output when it is `done`. */
export interface Replayed<Output> extends RunReading {
  readonly output: Output | undefined
  /** The request of a step of the root, as today's agent passes it to its model; `undefined` for a step that it did not reach. */
  readonly request: (step: number) => ReplayedRequest | undefined
}

/** A request as today's agent renders it. The budget's limit of tokens is not in it. */
export interface ReplayedRequest {
  readonly request: ModelRequest
  /** The parts that differ from those that were sent, by the hashes in the log. Parameters have no hash. */
  readonly differs: readonly RequestPart[]
}

/**
 * Replays a whole run offline with today's agent. Hooks, schemas and policies run; no request is sent and no tool executed:
 * answers and results come from the log. Nothing is written to the log.
 * @throws ReplayError at the first difference; UsageError for a damaged log, or one of another agent or of a pipeline
 */
export async function replay<Output>(
  log: RunLog | readonly Fact[],
  agent: Replayable<Output>,
  options: ReplayOptions = {},
): Promise<Replayed<Output>> {
  const source: RunLog = 'load' in log ? log : { load: () => log, append: () => {} }
  const facts = await readLog(source)
  checkOfAgent(facts, 'replayed')
  const root = specBehind(agent)
  const team = new Map([...teamOf(root)].map(([name, member]) => [name, offline(member, facts, root.name)]))
  const spec = team.get(root.name)!
  checkLog(spec, facts, { from: source })
  const state = stateOf(facts)
  const runs: Run[] = []
  const marks = new Map<number, PrefixMark>()
  // A run inside this one is the work of a call: like a tool's, its result is taken from the log.
  const own = facts.filter(({ path }) => !path)
  for (const [from, to] of stretches(own))
    runs.push(await stretch(spec, team, own.slice(0, from), own.slice(from, to), options, marks))
  const last = runs.at(-1)
  const output = state.outcome?.status === 'done' && last ? await readAnswer(last, state.outcome.text) : undefined
  const differences = differencesIn(own, marks)
  return {
    ...readingOf(facts, state),
    output: output as Output | undefined,
    request(step) {
      const run = runs.findLast(({ requests }) => requests[step] !== undefined)
      const request = run && requestOf(run, step)
      return request && { request, differs: differences.get(step) ?? [] }
    },
  }
}

/** From each start or resume to the next. */
function stretches(facts: readonly Fact[]): [from: number, to: number][] {
  const starts = facts.flatMap((fact, at) => (at === 0 || fact.type === 'run.resume' ? at : []))
  return starts.map((from, index) => [from, starts[index + 1] ?? facts.length])
}

/** Replays one stretch with the loop; its log compares the facts. */
async function stretch(
  agent: AgentSpec,
  team: Team,
  before: readonly Fact[],
  facts: readonly Fact[],
  { context }: ReplayOptions,
  marks: Map<number, PrefixMark>,
): Promise<Run> {
  const controller = new AbortController()
  const { signal } = controller
  const scope = new MemoryScope(signal)
  const recording = new Recording(facts, controller)
  const level = new Level<RunState>({
    tree: new Tree(facts[0]!.run, systemClock, before),
    path: '',
    context,
    signal,
    scope,
    watched: false,
    state: before.reduce(apply, initialState),
    desk: recording.attended ? new Desk() : undefined,
  })
  const run = new Run(agent, level, team)
  run.recordedCheck = (about) => recording.check(about, signal)
  let isStart = true
  const compared: RunLog = {
    load: () => [],
    append(batch) {
      if (!isStart)
        for (const fact of batch) {
          recording.take(fact)
          if (fact.type === 'step.start' && fact.prefix) marks.set(fact.step, fact.prefix.mark)
        }
      isStart = false
    },
  }
  try {
    const start = recording.start.map(drafted)
    await loop(
      level,
      agentMachine(run, performFrom(recording), new RecordedMail(recording)),
      compared,
      start,
      scope,
    ).next()
    recording.checkComplete()
    return run
  } finally {
    controller.abort(runHasEnded)
  }
}

/**
 * The agent without its client: a model given by id needs no API key. The output mode may depend on the server's profile,
 * so it is taken from the log.
 */
function offline(spec: AgentSpec, facts: readonly Fact[], root: string): AgentSpec {
  const model: AgentSpec['model'] = (other) => {
    try {
      return spec.model(other)
    } catch {
      return { name: typeof other === 'string' ? other : 'recorded' } satisfies ChatModel
    }
  }
  const own = { ...spec, model, compact: undefined } // what was compacted is in the log
  if (!spec.output || spec.output.mode) return own
  const isTool = facts.some(
    (fact) => fact.type === 'step.start' && (fact.agent ?? root) === spec.name && fact.tools.includes(FINAL_TOOL),
  )
  return { ...own, output: { ...spec.output, mode: isTool ? 'tool' : 'native' } }
}
