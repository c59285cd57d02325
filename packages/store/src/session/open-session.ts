// A session in this process: what it has read, and the runs that it starts.
import type { EventSource } from '@toolloop/client'
import type { ApprovalRequest, Fact, Input, RunEvent, RunLog } from '@toolloop/core'
import { deskOf, drain, Mailbox, OpenRunStream } from '@toolloop/core/machine'
import { type Message, sleep, systemClock, UsageError } from '@toolloop/wire'
import type { RunStatus, RunStore } from '../log/run-store.ts'
import { isTaken, settle } from './claim.ts'
import { forkTo } from './copy.ts'
import { endOf } from './drop.ts'
import { followTurn, type Look } from './follow.ts'
import { Queue } from './queue.ts'
import { isPending, type RefusedCall, refusalOf } from './refusal.ts'
import { changedError, isBusy, repeatedError, type SessionError } from './session-error.ts'
import type { FollowOptions, Session, SessionForkOptions, SessionStatus, Turn } from './session-types.ts'
import { readCall, type RunCallOptions } from './run-call.ts'
import { StartedRun } from './started-run.ts'
import { runOf } from './turn-id.ts'
import { beforeOf, isStanding, noTurns, readSession, readTurns, type Turns, turnsBefore } from './turns.ts'
import { TurnLog } from './turn-log.ts'
import { TurnState } from './turn-state.ts'

type Open = () => Promise<EventSource<RunEvent, never>>
export class OpenSession implements Session {
  readonly id: string
  readonly #runs: RunStore
  readonly #openOther: (id: string) => Promise<OpenSession>
  #known: Turns = noTurns
  /** A run of this process writes to the last turn. */
  #isLive = false
  /** Counts what runs of this process have added: a read that was started before is out of date. */
  #added = 0
  #read: Promise<void> = Promise.resolve()
  #news = Promise.withResolvers<void>()
  readonly #queue = new Queue()

  constructor(id: string, runs: RunStore, openOther: (id: string) => Promise<OpenSession>) {
    this.id = id
    this.#runs = runs
    this.#openOther = openOther
  }

  get isLive(): boolean {
    return this.#isLive
  }

  get status(): SessionStatus {
    return this.#isLive ? 'running' : this.#known.status
  }

  get messages(): readonly Message[] {
    return this.#known.last?.messages ?? []
  }

  get transcript(): readonly Message[] {
    return this.#known.last?.transcript ?? []
  }

  get turns(): readonly Turn[] {
    const { ended, last } = this.#known
    return last ? [...ended, last.summary(this.status as RunStatus)] : []
  }

  get requests(): readonly ApprovalRequest[] {
    return this.#known.last?.requests ?? []
  }

  async load(): Promise<this> {
    const read = this.#read.then(() => this.#readNews())
    this.#read = read.catch(() => {})
    await read
    return this
  }

  // `Session` types the result and the events by the agent or the pipeline.
  async run(runnable: object, input?: Input, ...[options]: [RunCallOptions?]): Promise<never> {
    return drain(await this.#opening(runnable, input, options, false).open())
  }

  stream(runnable: object, input?: Input, ...[options]: [RunCallOptions?]): never {
    const { open, desk, mailbox } = this.#opening(runnable, input, options, true)
    return new OpenRunStream(open, desk, mailbox) as never
  }

  async drop(): Promise<void> {
    await this.load()
    const { last } = this.#known
    if (!last || !isPending(this.status)) throw this.#refusal('dropped')
    await this.#logOf(last).append(endOf(last.state, last.facts.length, systemClock.now()))
  }

  async fork({ id = crypto.randomUUID(), before }: SessionForkOptions = {}): Promise<Session> {
    await this.load()
    const next = (this.#known.last?.turn ?? -1) + 1
    if (before !== undefined && (!Number.isSafeInteger(before) || before < 0 || before > next))
      throw new UsageError(
        `\`before\` is ${String(before)}; the next turn of the session ${JSON.stringify(this.id)} is ${next}, so it must be a whole number from 0 to ${next}.`,
      )
    const turns = this.turns.filter(({ turn }) => turn < (before ?? next))
    const lastCopied = turns.at(-1)
    if (lastCopied?.status === 'running' || lastCopied?.status === 'interrupted') throw this.#refusal('forked')
    const made = await this.#openOther(id)
    const { startedAt } = this.#known
    await forkTo(id, {
      runs: this.#runs,
      session: this.id,
      turns: turns.map(({ turn }) => turn),
      startedAt: turns[0]?.startedAt,
      isStanding: () => isStanding(this.#runs, this.id, startedAt),
    })
    return made.load()
  }

  log(turn?: number): RunLog {
    return {
      load: async () => [...(await this.#look(turn)).facts],
      append: () => {
        throw new UsageError('The log of a session is read only: run an agent with `session.run`.')
      },
    }
  }

  follow({ turn, after = -1, signal }: FollowOptions = {}): AsyncIterable<Fact> {
    let which = turn
    const look = async (): Promise<Look> => {
      const seen = await this.#look(which)
      which ??= this.#known.last?.turn // a turn that starts meanwhile is another one
      return seen
    }
    return followTurn(look, after, signal)
  }

  async #look(turn: number | undefined): Promise<Look> {
    if (!this.#isLive) await this.load()
    const { last } = this.#known
    if (turn !== undefined && turn !== last?.turn) {
      const { last: older } = await readTurns(this.#runs, this.id, noTurns, turn + 1)
      return { facts: older?.turn === turn ? older.facts : [], isRunning: false, news: undefined }
    }
    const news = this.#isLive ? this.#news.promise : undefined
    return { facts: last?.facts ?? [], isRunning: this.status === 'running', news }
  }

  async #readNews(): Promise<void> {
    if (this.#isLive) return
    const added = this.#added
    const read = await readSession(this.#runs, this.id, this.#known)
    if (this.#added === added) this.#known = read
  }

  /** Validates at once; the session is read when the run is opened. */
  #opening(
    ran: object,
    input: Input | undefined,
    options: RunCallOptions | undefined,
    watched: boolean,
  ): { readonly open: Open; readonly desk: ReturnType<typeof deskOf>; readonly mailbox: Mailbox | undefined } {
    const { runnable, added, inputOf, wait, before, budget, rest } = readCall(ran, input, options)
    const desk = deskOf(rest, watched)
    const mailbox = inputOf ? undefined : new Mailbox()
    const start = async (): Promise<EventSource<RunEvent, unknown>> => {
      const { log, messages, resumes } = await this.#next(added, inputOf !== undefined, before, rest.runId)
      const logs = resumes ? { from: log } : { log }
      const value = !inputOf ? messages : resumes ? undefined : await inputOf(messages)
      return runnable.open(value, { ...rest, ...(budget && { budget }), ...logs, desk, mailbox }, watched)
    }
    return { open: () => this.#start(start as Open, wait, rest.signal), desk, mailbox }
  }

  /** Opens the run and reads its first batch, so that a run that another one has overtaken can wait. */
  async #start(open: Open, wait: boolean, signal: AbortSignal | undefined): Promise<EventSource<RunEvent, never>> {
    const leave = wait ? await this.#queue.enter(signal) : () => {}
    try {
      for (let ms = 10; ; ms = Math.min(ms * 2, 250)) {
        try {
          const source = await open()
          return new StartedRun(source, await source.next(), () => {
            this.#rested()
            leave()
          })
        } catch (error) {
          if (!wait || !isBusy(error)) throw error
        }
        await sleep(systemClock, ms, signal)
      }
    } catch (error) {
      leave()
      throw error
    }
  }

  /** The log and the messages of the next run. @throws SessionError */
  async #next(
    added: readonly Message[] | undefined,
    isPipeline: boolean,
    replaced: number | undefined,
    runId: string | undefined,
  ): Promise<{ readonly log: TurnLog; readonly messages: readonly Message[]; readonly resumes: boolean }> {
    await this.load()
    if (this.#known.isChanging) await this.#settle()
    const { status } = this
    const { last } = this.#known
    const same = added && runId !== undefined ? this.turns.find((turn) => turn.runId === runId) : undefined
    if (same) throw repeatedError(this.id, same)
    if (status === 'running' || (added && isPending(status))) throw this.#refusal('run')
    if (added) {
      const number = last ? last.turn + 1 : 0
      const continues = replaced === undefined ? number - 1 : this.#turnBefore(replaced)
      const before = await beforeOf(this.#runs, this.id, continues, last)
      const turn = new TurnState(number, continues, before, [])
      const log = this.#logOf(turn, isPipeline ? added : undefined)
      return { log, messages: [...turn.before.messages, ...added], resumes: false }
    }
    if (!last || !isResumable(status)) throw this.#refusal('resumed')
    return { log: this.#logOf(last), messages: [], resumes: true }
  }

  /** The turn of the conversation before this one; -1 for none. @throws UsageError for a turn that is not in it */
  #turnBefore(replaced: number): number {
    const at = this.turns.findIndex(({ turn }) => turn === replaced)
    if (at === -1)
      throw new UsageError(
        `\`before\` is ${String(replaced)}; it must be a \`turn\` of \`session.turns\`, which are ${this.turns.map(({ turn }) => turn).join(', ') || 'none'}.`,
      )
    return this.turns[at - 1]?.turn ?? -1
  }

  /** `added`: the new messages of a pipeline's turn. */
  #logOf(turn: TurnState, added?: readonly Message[]): TurnLog {
    const { turn: number, continues, before } = turn
    const place = { session: this.id, turn: number, continues, before: before.messages, added }
    const { startedAt } = this.#known
    const run = runOf(this.id, number)
    return new TurnLog(this.#runs.log(run), place, turn.facts.length, {
      logged: (facts) => {
        const { ended, last } = this.#known
        turn.push(facts)
        const first = startedAt ?? turn.facts[0]?.at
        this.#known = { ...noTurns, ended: turnsBefore(turn, ended, last), last: turn, startedAt: first }
        this.#isLive = true
        this.#notify()
      },
      rested: () => this.#rested(),
      isStanding: () => isStanding(this.#runs, this.id, startedAt),
      withdraw: () => this.#runs.delete(run),
    })
  }

  /** Finishes what a process has left that died while it deleted or forked the session. @throws SessionError `session_busy` */
  async #settle(): Promise<void> {
    try {
      await settle(this.#runs, this.id)
    } catch (error) {
      throw isTaken(error) ? changedError(this.id, error) : error
    }
    await this.load()
  }

  /** A run of this process has ended, pauses, or could not go on. */
  #rested(): void {
    const { last } = this.#known
    if (!this.#isLive || !last) return
    this.#isLive = false
    // A run that broke off is `interrupted`.
    const status = last.status === 'running' ? 'interrupted' : last.status
    this.#known = { ...this.#known, status }
    this.#notify()
  }

  #notify(): void {
    this.#added++
    this.#news.resolve()
    this.#news = Promise.withResolvers()
  }

  #refusal(what: RefusedCall): SessionError {
    const { id: session, status } = this
    const { last } = this.#known
    return refusalOf(what, { session, turn: last?.turn, runId: last?.state.run, status })
  }
}

/** A run that gave its answer is not run again. */
const isResumable = (status: SessionStatus): boolean =>
  isPending(status) || ['aborted', 'budget', 'error', 'limit', 'stopped'].includes(status)
