// Runs that this process does not run, from their logs: read once for all their readers.
import type { Fact } from '@toolloop/core'
import { FoldWriter } from './fold-writer.ts'
import { isEnd } from './live-run.ts'
import type { FoldedRun, Protocol } from './protocol.ts'
import type { ChatSession, ChatTurn } from './session.ts'
import { Tape } from './tape.ts'

export interface Followed<Chunk> {
  readonly tape: Tape<Chunk>
  /** Must be called by each reader in the end; another call has no effect. */
  readonly leave: () => void
}

interface Shared<Chunk> {
  readonly tape: Tape<Chunk>
  /** Rejects where the log of a run that has ended cannot be read. */
  readonly loaded: Promise<unknown>
  readonly left: AbortController
  readers: number
}

export class FollowedRuns<Chunk> {
  readonly #protocol: Protocol<Chunk>
  readonly #shared = new Map<string, Shared<Chunk>>()

  constructor(protocol: Protocol<Chunk>) {
    this.#protocol = protocol
  }

  /** `report` gets a failure of the log while the run is followed. @throws what the log of a run that has ended throws */
  async open(
    run: FoldedRun,
    session: ChatSession,
    turn: ChatTurn,
    report: (error: unknown) => void,
  ): Promise<Followed<Chunk>> {
    const isRunning = turn.status === 'running'
    // A run that was resumed has another state, and another tape.
    const key = JSON.stringify([run.chatId, run.runId, ...(isRunning ? [] : [turn.status, turn.updatedAt])])
    const known = this.#shared.get(key)
    const shared = known && !(isRunning && known.tape.isClosed) ? known : this.#start(run, session, turn, report)
    this.#shared.set(key, shared)
    shared.readers++
    let isReading = true
    const leave = (): void => {
      if (!isReading) return
      isReading = false
      if (--shared.readers > 0) return
      shared.left.abort()
      if (this.#shared.get(key) === shared) this.#shared.delete(key)
    }
    try {
      await shared.loaded
    } catch (error) {
      leave()
      throw error
    }
    return { tape: shared.tape, leave }
  }

  #start(run: FoldedRun, session: ChatSession, turn: ChatTurn, report: (error: unknown) => void): Shared<Chunk> {
    const left = new AbortController()
    const tape = new Tape(this.#protocol.growth)
    if (turn.status === 'running') {
      void this.#write(tape, run, session.follow({ turn: turn.turn, signal: left.signal }), report)
      return { tape, loaded: Promise.resolve(), left, readers: 0 }
    }
    const loading = Promise.resolve(session.log(turn.turn).load())
    const loaded = loading.then((facts) => this.#write(tape, run, facts, report))
    return { tape, loaded, left, readers: 0 }
  }

  async #write(
    tape: Tape<Chunk>,
    run: FoldedRun,
    facts: AsyncIterable<Fact> | readonly Fact[],
    report: (error: unknown) => void,
  ): Promise<void> {
    const writer = new FoldWriter(this.#protocol.fold(run), tape, report)
    // The end of a run that went on later is none.
    let end: Fact | undefined
    try {
      for await (const fact of facts) {
        end = isEnd(fact) ? fact : undefined
        if (!end) writer.push([fact])
      }
    } catch (error) {
      report(error) // the log cannot be read any more
    } finally {
      if (end) writer.push([end])
      writer.close()
    }
  }
}
