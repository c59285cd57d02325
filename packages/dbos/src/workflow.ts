// A run as a DBOS workflow: each batch of facts, and each command, is one recorded step.
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { assertStillOwnsWorkflow } from '@dbos-inc/dbos-sdk/datasource'
import type { Fact } from '@toolloop/core'
import { isFact } from '@toolloop/core/machine'
import {
  type AnyRunnable,
  type Command,
  type Distribute,
  driveRun,
  type Entry,
  type Journal,
  type Rejection,
  type Start,
} from '@toolloop/engine'
import { type Inbox, type Inboxes, storeAnswer, storeTaken } from './commands.ts'
import { reaching, type RunsPool, topicOf } from './database.ts'
import type { Leases } from './leases.ts'
import type { Presence } from './presence.ts'
import type { Publisher } from './progress.ts'
import { clearTakeovers, isResult, isSuspected } from './takeovers.ts'

/** What a run needs of its worker. */
export interface Worker {
  readonly runnableOf: (name: string) => AnyRunnable
  readonly contextOf: (json: unknown, runId: string) => unknown
  readonly log: (level: 'warn' | 'error', message: string) => void
  readonly pool: RunsPool
  readonly inboxes: Inboxes
  readonly publisher: Publisher
  readonly sendsProgress: boolean
  readonly presence: Presence
  readonly leases: Pick<Leases, 'isHeld' | 'renew'>
  /** Starts parts as runs of their own. */
  readonly link: Distribute['link']
}

const isSettling = ({ type, path }: Fact): boolean => path === '' && (type === 'run.done' || type === 'run.pause')

/** The longest pause before a step is retried, in milliseconds. */
const longestPause = 10_000
/** `recv` wants a limit: a run may wait for its decisions for years. */
const longest = 10 * 365 * 24 * 3600

/** The workflow. Its result is not the run's, which is computed from the facts. */
export async function runOf(worker: Worker, start: Start): Promise<{ readonly facts: number }> {
  const runId = DBOS.workflowID!
  const { signal } = worker.presence
  try {
    await worker.presence.mayStart()
    worker.presence.enter(runId)
    return await driven(worker, runId, start)
  } catch (error) {
    // The worker leaves: what failed for that reason must not become the outcome of the run.
    if (signal.aborted) await new Promise(() => {})
    throw error
  } finally {
    worker.presence.leave(runId)
    // DBOS records the end of the workflow behind this block. The end of a run that did not fail is a fact before it.
    setTimeout(() => worker.publisher.wake(runId, true), 200).unref()
  }
}

async function driven(worker: Worker, runId: string, start: Start): Promise<{ facts: number }> {
  const { agent, input, context, budget, part } = start
  const isTakenOver = await reaching(() => isSuspected(worker.pool, runId), {
    limit: Infinity,
    signal: worker.presence.signal,
  })
  using inbox = await worker.inboxes.open(worker.pool, runId)
  const answers = new Answers(worker, runId)
  let recorded = 0
  try {
    const facts = await driveRun(
      {
        runnable: worker.runnableOf(agent),
        input,
        runId,
        context: await contextOf(worker, part?.run ?? runId, context),
        budget,
        part,
        distribute: { link: worker.link, start },
        signal: worker.presence.signal,
        ...(worker.sendsProgress && {
          onEvent: (event) => {
            if (!isFact(event)) worker.publisher.progress(runId, recorded, event)
          },
        }),
      },
      {
        ...journalOf(worker, runId, { inbox, answers, isTakenOver }),
        recorded: (batch) => {
          recorded += batch.length
          worker.publisher.wake(runId, batch.some(isSettling))
        },
      },
    )
    return { facts: facts.length }
  } finally {
    // Who finds that the workflow has ended must find the answers, too.
    await answers.stored
  }
}

/** Stores the answers to a run's commands, one after the other. Another process repeats them if this one dies. */
class Answers {
  readonly #worker: Worker
  readonly #runId: string
  /** @throws when the worker leaves */
  stored: Promise<void> = Promise.resolve()

  constructor(worker: Worker, runId: string) {
    this.#worker = worker
    this.#runId = runId
  }

  add(number: number, rejection: Rejection | undefined): void {
    const { pool, presence, publisher, log } = this.#worker
    const { signal } = presence
    this.stored = this.stored.then(async () => {
      try {
        await reaching(() => storeAnswer(pool, this.#runId, number, rejection), { limit: Infinity, signal })
        publisher.wake(this.#runId, true)
      } catch (error) {
        if (signal.aborted) throw error
        log('error', `The answer to command ${number} of the run ${this.#runId} cannot be stored: ${String(error)}`)
      }
    })
    this.stored.catch(() => {}) // awaited at the end of the run
  }
}

interface JournalParts {
  readonly inbox: Inbox
  readonly answers: Answers
  readonly isTakenOver: boolean
}

/** Not a step: a context is not JSON. */
async function contextOf({ contextOf: make, log, presence }: Worker, runId: string, json: unknown): Promise<unknown> {
  for (let pause = 200; ; pause = Math.min(pause * 2, 60_000)) {
    try {
      return await make(json, runId)
    } catch (error) {
      log('error', `The context of the run ${runId} cannot be made: ${String(error)}`)
      await sleep(pause, undefined, { signal: presence.signal })
    }
  }
}

function journalOf(worker: Worker, runId: string, { inbox, answers, isTakenOver }: JournalParts): Journal {
  const { leases, pool, presence } = worker
  const { signal } = presence
  let isCounted = isTakenOver
  const clear = (): void => {
    if (isCounted) void clearTakeovers(pool, runId).catch(() => (isCounted = true)) // with the next result
    isCounted = false
  }
  const took = (): void => {
    const { number } = inbox
    // For senders, which do not wait for a worker without an end.
    void reaching(() => storeTaken(pool, runId, number), { limit: Infinity, signal }).catch(() => {})
    inbox.took()
  }
  return {
    async step(name, work) {
      // The step's own value and not the copy of it: the live run is confirmed by identity.
      let own: Entry | Command | undefined
      const prepared = presence.prepare()
      if (!prepared) return await new Promise(() => {})
      const run = async (): Promise<Entry | Command> => {
        prepared()
        return (own = await persistent(work, inbox, worker, runId))
      }
      const known = await DBOS.runStep(run, { name }).finally(prepared) // A recorded step does not run.
      await owned(leases, runId, signal)
      const outcome = own ?? known
      if (isCounted && own && 'facts' in own && own.facts.some(isResult)) clear()
      if ('type' in outcome) took()
      return outcome
    },
    async command() {
      presence.rest(runId)
      // A run that waits here ends no worker. A command that was recorded comes sooner.
      const resting = setTimeout(clear, 5000).unref()
      for (;;) {
        const command = await DBOS.recv<Command>(topicOf(inbox.number), { timeoutSeconds: longest })
        if (!command) continue
        clearTimeout(resting)
        took()
        await presence.wake(runId)
        return command
      }
    },
    answered: (number, rejection) => answers.add(number, rejection),
  }
}

/**
 * A worker that stood still after a step was recorded may have lost the run since: it must not start what the step
 * announces.
 * @throws DBOSWorkflowConflictError, after which DBOS leaves the run to its owner
 */
async function owned(leases: Worker['leases'], runId: string, signal: AbortSignal): Promise<void> {
  while (!leases.isHeld) {
    await reaching(() => leases.renew(), { limit: Infinity, signal })
    await assertStillOwnsWorkflow(runId)
  }
}

/**
 * Retries without an end: a run is not given up for errors of a process, because another one may be able to go on. Retries
 * of DBOS would cost one more query in each step. Never settles once the worker leaves: DBOS would record the error.
 */
async function persistent(
  work: () => Promise<Entry>,
  inbox: Inbox,
  { presence: { signal }, log }: Worker,
  runId: string,
): Promise<Entry | Command> {
  for (let pause = 200; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      return await Promise.race([inbox.next(), work()])
    } catch (error) {
      if (signal.aborted) await new Promise(() => {})
      log('warn', `The run ${runId} cannot go on here, and is retried: ${String(error)}`)
      await pauseOf(pause, inbox, signal)
    }
  }
}

/** Ends early for a command. @throws when the workflow is cancelled: DBOS then ends it */
async function pauseOf(milliseconds: number, inbox: Inbox, leaving: AbortSignal): Promise<void> {
  const over = new AbortController()
  const cancelled = DBOS.stepStatus?.cancelSignal
  const signal = AbortSignal.any([leaving, over.signal, ...(cancelled ? [cancelled] : [])])
  const timer = sleep(milliseconds, undefined, { signal }).catch(() => {})
  await Promise.race([timer, inbox.next()])
  over.abort()
  if (leaving.aborted) await new Promise(() => {})
  cancelled?.throwIfAborted()
}
