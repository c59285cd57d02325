// The log of a turn. It stores the turn's own input; who loads it sees a run that starts with the whole conversation.
import type { Fact, RunLog } from '@toolloop/core'
import { fact } from '@toolloop/core/machine'
import type { Message } from '@toolloop/wire'
import { isRest } from '../log/durability.ts'
import type { LogError } from '../log/log-error.ts'
import { isTaken } from './claim.ts'
import { changedError, SessionError } from './session-error.ts'

/** What a turn's log needs beside the stored log. */
export interface TurnPlace {
  readonly session: string
  readonly turn: number
  /** The messages of the turns before. */
  readonly before: readonly Message[]
  /** The turn that it continues; -1 for none. */
  readonly continues: number
  /** The new messages of a pipeline's turn: its own `run.start` holds none. */
  readonly added?: readonly Message[] | undefined
}

/** Called by the log of a run of this process. */
export interface TurnWatcher {
  /** The facts are stored. */
  logged(facts: readonly Fact[]): void
  /** The run has ended or pauses, or the log has failed. */
  rested(): void
  /** Whether the session still exists after the start of a turn was stored, and nobody deletes it. */
  isStanding(): Promise<boolean>
  /** Deletes the stored log of a turn that did not begin. */
  withdraw(): Promise<unknown>
}

/** The writing end: one run in this process. */
export class TurnLog implements RunLog {
  readonly #log: RunLog
  readonly #place: TurnPlace
  readonly #watcher: TurnWatcher
  /** The number of facts that the session knows, until the run has read them. */
  #expected: number | undefined
  #isOpen = false

  constructor(log: RunLog, place: TurnPlace, expected: number, watcher: TurnWatcher) {
    this.#log = log
    this.#place = place
    this.#expected = expected
    this.#watcher = watcher
  }

  async load(): Promise<readonly Fact[]> {
    const facts = await this.#log.load()
    const expected = this.#expected ?? facts.length
    this.#expected = undefined
    if (facts.length !== expected) throw busy(this.#place)
    return withHistory(facts, this.#place)
  }

  append(batch: readonly Fact[]): void | Promise<void> {
    const facts = withMessages(batch, this.#place)
    let written: void | Promise<void>
    try {
      written = this.#log.append(stored(facts, this.#place))
    } catch (error) {
      throw this.#refused(error)
    }
    if (facts[0]?.seq === 0) return this.#begin(facts, written)
    if (!written) return this.#logged(facts)
    return written.then(
      () => this.#logged(facts),
      (error) => {
        throw this.#refused(error)
      },
    )
  }

  /**
   * Looks at the session again once the start is stored, before anything is sent: a process that has deleted it in between
   * did not see this turn, and one that is about to delete it sees it now.
   */
  async #begin(facts: readonly Fact[], written: void | Promise<void>): Promise<void> {
    try {
      await written
    } catch (error) {
      throw this.#refused(error)
    }
    try {
      if (!(await this.#watcher.isStanding())) throw changedError(this.#place.session)
    } catch (error) {
      await this.#withdraw(facts).catch(() => {}) // the log has failed: what is left is an interrupted run
      throw this.#refused(error)
    }
    this.#logged(facts)
  }

  async #withdraw(facts: readonly Fact[]): Promise<void> {
    const { run, at, seq } = facts.at(-1)!
    const done = fact({ type: 'run.done', outcome: { status: 'aborted', reason: 'The session was deleted.' } })
    await this.#log.append([{ ...done, run, at, seq: seq + 1 }])
    await this.#watcher.withdraw()
  }

  #logged(facts: readonly Fact[]): void {
    this.#isOpen = true
    this.#watcher.logged(facts)
    if (facts.some(isRest)) this.#watcher.rested()
  }

  /** Before the first fact, another run was first. Later the log has failed. */
  #refused(error: unknown): unknown {
    this.#watcher.rested()
    return isTaken(error) && !this.#isOpen ? busy(this.#place, error) : error
  }
}

function busy({ session, turn }: TurnPlace, cause?: LogError): SessionError {
  const owner = cause?.owner
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another run'
  return new SessionError(
    'session_busy',
    `Turn ${turn} of session ${JSON.stringify(session)} was started by ${who}. Wait for its end, or pass \`wait: true\`.`,
    { session, turn, status: 'running', owner, cause },
  )
}

/** The facts of a pipeline's run with the conversation, as those of an agent's hold it. */
function withMessages(facts: readonly Fact[], { before, added }: TurnPlace): readonly Fact[] {
  const [first, ...rest] = facts
  if (!added || first?.seq !== 0 || first.type !== 'run.start') return facts
  return [{ ...first, input: [...before, ...added] }, ...rest]
}

/** The facts as they are stored: the conversation before is not repeated. */
function stored(facts: readonly Fact[], { turn, continues, before }: TurnPlace): readonly Fact[] {
  const [first, ...rest] = facts
  if (first?.seq !== 0 || first.type !== 'run.start') return facts
  const session = { turn, messages: before.length, ...(continues !== turn - 1 && { after: continues }) }
  return [{ ...first, input: first.input.slice(before.length), session } satisfies Fact, ...rest]
}

/** Stored facts as those of a run that starts with the whole conversation. @throws SessionError `session_damaged` */
export function withHistory(
  facts: readonly Fact[],
  { session, turn, before }: Pick<TurnPlace, 'session' | 'turn' | 'before'>,
): readonly Fact[] {
  const [first, ...rest] = facts
  const mark = first?.type === 'run.start' ? first.session : undefined
  if (first?.type !== 'run.start' || mark === undefined) return facts
  if (mark.messages !== before.length)
    throw new SessionError(
      'session_damaged',
      `Turn ${turn} of session ${JSON.stringify(session)} continues ${mark.messages} messages, and the turns before it have ${before.length}. The log of an earlier turn was changed or deleted.`,
      { session, turn, runId: first.run },
    )
  const { session: _, ...start } = first
  return [Object.freeze({ ...start, input: Object.freeze([...before, ...first.input]) }), ...rest]
}
