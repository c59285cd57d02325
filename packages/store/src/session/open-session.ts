// A session in this process: what it has read, and the runs that it starts.
import type { EventSource } from '@toolloop/client'
import type { ApprovalRequest, Fact, Input, RunEvent, RunLog } from '@toolloop/core'
import {
  deskOf,
  drain,
  Mailbox,
  messagesFrom,
  OpenRunStream,
  type Runnable,
  runnableBehind,
} from '@toolloop/core/machine'
import { type Message, sleep, systemClock, UsageError } from '@toolloop/wire'
import type { RunStatus, RunStore } from '../log/run-store.ts'
import { copyTurns } from './copy.ts'
import { endOf } from './drop.ts'
import { followTurn, type Look } from './follow.ts'
import { Queue } from './queue.ts'
import { isBusy, SessionError } from './session-error.ts'
import type {
  FollowOptions,
  Session,
  SessionForkOptions,
  SessionRunOptions,
  SessionStatus,
  Turn,
} from './session-types.ts'
import { StartedRun } from './started-run.ts'
import { noTurns, readTurns, runOf, type Turns } from './turns.ts'
import { TurnLog } from './turn-log.ts'
import { nothingBefore, TurnState } from './turn-state.ts'

type Open = () => Promise<EventSource<RunEvent, never>>
type Options = SessionRunOptions & {
  readonly context?: unknown
  readonly inputOf?: ((conversation: readonly Message[]) => unknown) | undefined
  readonly budget?: object | undefined
}

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
  async run(runnable: object, input?: Input, ...[options]: [Options?]): Promise<never> {
    return drain(await this.#opening(runnable, input, options, false).open())
  }

  stream(runnable: object, input?: Input, ...[options]: [Options?]): never {
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
    const { turns } = this
    const count = before ?? turns.length
    if (!Number.isSafeInteger(count) || count < 0 || count > turns.length)
      throw new UsageError(
        `\`before\` is ${String(before)}; the session ${JSON.stringify(this.id)} has ${turns.length} turns, so it must be a whole number from 0 to ${turns.length}.`,
      )
    const lastCopied = turns[count - 1]
    if (lastCopied?.status === 'running' || lastCopied?.status === 'interrupted') throw this.#refusal('forked')
    const made = await this.#openOther(id)
    if (made.turns.length > 0)
      throw new SessionError(
        'session_exists',
        `The session ${JSON.stringify(id)} has ${made.turns.length} turns already: fork to another id, or delete it first.`,
        { session: id },
      )
    await copyTurns(this.#runs, this.id, id, count)
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
    const read = await readTurns(this.#runs, this.id, this.#known)
    if (this.#added === added) this.#known = read
  }

  /** Validates at once; the session is read when the run is opened. */
  #opening(
    ran: object,
    input: Input | undefined,
    { wait = false, inputOf, budget, ...options }: Options = {},
    watched: boolean,
  ): { readonly open: Open; readonly desk: ReturnType<typeof deskOf>; readonly mailbox: Mailbox | undefined } {
    for (const name of ['log', 'from'])
      if (name in options) throw new UsageError(`A session has its own logs: leave the option \`${name}\` out.`)
    if (typeof wait !== 'boolean')
      throw new UsageError(`\`wait\` is ${JSON.stringify(wait)}; it must be true or false.`)
    const desk = deskOf(options, watched)
    const runnable = runnableBehind(ran)
    const isPipeline = runnable.kind === 'pipeline'
    const valueOf = isPipeline ? (inputOf ?? textOfLast) : undefined
    checkPipelineOptions(runnable, { inputOf, budget })
    const mailbox = isPipeline ? undefined : new Mailbox()
    const added = input === undefined ? undefined : messagesFrom(input)
    if (added?.length === 0) throw new UsageError('The input holds no message. To resume the last run, leave it out.')
    if (added && options.decisions)
      throw new UsageError('`decisions` settle the requests of the last run: leave the input out to resume it first.')
    const start = async (): Promise<EventSource<RunEvent, unknown>> => {
      const { log, messages, resumes } = await this.#next(added, isPipeline)
      const logs = resumes ? { from: log } : { log }
      const value = !valueOf ? messages : resumes ? undefined : await valueOf(messages)
      return runnable.open(value, { ...options, ...(budget && { budget }), ...logs, desk, mailbox }, watched)
    }
    return { open: () => this.#start(start as Open, wait, options.signal), desk, mailbox }
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
  ): Promise<{ readonly log: TurnLog; readonly messages: readonly Message[]; readonly resumes: boolean }> {
    await this.load()
    const { status } = this
    const { last } = this.#known
    if (status === 'running' || (added && isPending(status))) throw this.#refusal('run')
    if (added) {
      const turn = new TurnState(last ? last.turn + 1 : 0, last?.after ?? nothingBefore, [])
      const log = this.#logOf(turn, isPipeline ? added : undefined)
      return { log, messages: [...turn.before.messages, ...added], resumes: false }
    }
    if (!last || !isResumable(status)) throw this.#refusal('resumed')
    return { log: this.#logOf(last), messages: [], resumes: true }
  }

  /** `added`: the new messages of a pipeline's turn. */
  #logOf(turn: TurnState, added?: readonly Message[]): TurnLog {
    const place = { session: this.id, turn: turn.turn, before: turn.before.messages, added }
    return new TurnLog(this.#runs.log(runOf(this.id, turn.turn)), place, turn.facts.length, {
      logged: (facts) => {
        const { ended, last } = this.#known
        const before = last && last.turn < turn.turn ? [...ended, last.summary(last.status)] : ended
        this.#known = { ended: before, last: turn, status: 'new' }
        this.#isLive = true
        turn.push(facts)
        this.#notify()
      },
      rested: () => this.#rested(),
    })
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

  #refusal(what: 'run' | 'resumed' | 'dropped' | 'forked'): SessionError {
    const { id: session, status } = this
    const { last } = this.#known
    const details = { session, turn: last?.turn, runId: last?.state.run, status }
    const name = `The session ${JSON.stringify(session)}`
    const run = `turn ${last?.turn} (run \`${last?.state.run}\`)`
    if (status === 'running')
      return new SessionError(
        'session_busy',
        `${name} is busy: ${run} is running. Wait for its end, or pass \`wait: true\`.`,
        details,
      )
    if (isPending(status))
      return new SessionError(
        'session_pending',
        `${name} has an unfinished run: ${run} ${status === 'approval' ? 'waits for decisions' : 'was interrupted'}. Resume it with \`session.run(agent, undefined, { decisions })\`, or end it with \`session.drop()\`.`,
        details,
      )
    return new SessionError(
      'session_idle',
      `${name} has no run to be ${what}: ${last ? `${run} ended as \`${status}\`` : 'it has no turn yet'}.`,
      details,
    )
  }
}

/** The input of a pipeline where the caller has no `inputOf`. */
function textOfLast(conversation: readonly Message[]): string {
  const content = conversation.at(-1)?.content
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function checkPipelineOptions({ kind, name }: Runnable, { inputOf, budget }: Options): void {
  if (inputOf !== undefined && typeof inputOf !== 'function')
    throw new UsageError('`inputOf` must be a function of the conversation that returns the input of the pipeline.')
  if (kind === 'agent' && (inputOf ?? budget) !== undefined)
    throw new UsageError(
      `\`inputOf\` and \`budget\` are options of pipelines; \`${name}\` is an agent, which gets the messages and has a budget of its own.`,
    )
}

const isPending = (status: SessionStatus): boolean => status === 'approval' || status === 'interrupted'

/** A run that gave its answer is not run again. */
const isResumable = (status: SessionStatus): boolean =>
  isPending(status) || ['aborted', 'budget', 'error', 'limit', 'stopped'].includes(status)
