import type { ChatModel } from '@toolloop/wire'
import { systemClock } from '@toolloop/wire'
import { FINAL_TOOL } from '../agent/output.ts'
import { specBehind } from '../agent/known.ts'
import type { AgentSpec } from '../agent/spec.ts'
import { Desk } from '../approval/desk.ts'
import type { Fact } from '../facts/events.ts'
import type { RunLog } from '../facts/log.ts'
import { readLog, stateOf } from '../facts/read-log.ts'
import { checkLog } from '../loop/beginning.ts'
import { loop } from '../loop/loop.ts'
import { MemoryScope } from '../loop/memory-scope.ts'
import { readingOf, type RunReading } from '../reading/reading.ts'
import { readAnswer } from '../run/answer.ts'
import type { Result } from '../run/result.ts'
import { Run, runIsOver } from '../run/run.ts'
import { performFrom } from './perform.ts'
import { drafted, Recording } from './recording.ts'

/** An agent as `agent()` makes it, of which the output's type is known. */
interface Replayable<Output> {
  readonly name: string
  run(...args: never[]): Promise<Result<Output>>
}

/** What a replay is given beside the log and the agent. */
export interface ReplayOptions {
  /** What the agent's hooks and tools' policies ask for. */
  readonly context?: unknown
}

/** A run that was replayed to its end: what the log says of it, and its typed output where it is `done`. */
export interface Replayed<Output> extends RunReading {
  readonly output: Output | undefined
}

/**
 * Goes through a whole run again, offline, with today's agent: hooks, schemas and policies run; no model is asked and no
 * tool executed, their answers come from the log. The log is not written to.
 * @throws ReplayError at the first difference; UsageError for a damaged log, or one of another agent
 */
export async function replay<Output>(
  log: RunLog | readonly Fact[],
  agent: Replayable<Output>,
  options: ReplayOptions = {},
): Promise<Replayed<Output>> {
  const source: RunLog = 'load' in log ? log : { load: () => log, append: () => {} }
  const facts = await readLog(source)
  const spec = offline(specBehind(agent), facts)
  checkLog(spec, facts, { from: source })
  const state = stateOf(facts)
  let run: Run | undefined
  for (const [from, to] of stretches(facts))
    run = await stretch(spec, facts.slice(0, from), facts.slice(from, to), options)
  const output = state.outcome?.status === 'done' && run ? await readAnswer(run, state.outcome.text) : undefined
  return { ...readingOf(facts, state), output: output as Output | undefined }
}

/** From each start or resume to the next. */
function stretches(facts: readonly Fact[]): [from: number, to: number][] {
  const starts = facts.flatMap((fact, at) => (at === 0 || fact.type === 'run.resume' ? at : []))
  return starts.map((from, index) => [from, starts[index + 1] ?? facts.length])
}

/** One stretch, by the one loop: its log is what is compared. */
async function stretch(
  agent: AgentSpec,
  before: readonly Fact[],
  facts: readonly Fact[],
  { context }: ReplayOptions,
): Promise<Run> {
  const controller = new AbortController()
  const { signal } = controller
  const scope = new MemoryScope(signal)
  const recording = new Recording(facts, controller)
  const run = new Run({
    agent,
    id: facts[0]!.run,
    context,
    signal,
    scope,
    clock: systemClock,
    watched: false,
    state: stateOf(before),
    desk: recording.attended ? new Desk() : undefined,
    seq: before.length,
  })
  let isStart = true
  const compared: RunLog = {
    load: () => [],
    append(batch) {
      if (!isStart) for (const fact of batch) recording.take(fact)
      isStart = false
    },
  }
  try {
    const start = recording.start.map(drafted)
    await loop(run, compared, start, scope, performFrom(recording)).next()
    recording.checkComplete()
    return run
  } finally {
    controller.abort(runIsOver)
  }
}

/**
 * The agent without its client: a model that only has a name needs no key to be replayed. How its server is best asked
 * for an answer's form is no decision of the agent's; the log knows.
 */
function offline(spec: AgentSpec, facts: readonly Fact[]): AgentSpec {
  const model: AgentSpec['model'] = (other) => {
    try {
      return spec.model(other)
    } catch {
      return { name: typeof other === 'string' ? other : 'recorded' } satisfies ChatModel
    }
  }
  if (!spec.output || spec.output.mode) return { ...spec, model }
  const isTool = facts.some((fact) => fact.type === 'step.start' && fact.tools.includes(FINAL_TOOL))
  return { ...spec, model, output: { ...spec.output, mode: isTool ? 'tool' : 'native' } }
}
