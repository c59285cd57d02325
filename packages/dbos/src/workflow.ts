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
  type Start,
} from '@toolloop/engine'
import type { Pool } from 'pg'
import { type Inbox, type Inboxes, storeAnswer } from './commands.ts'
import { reaching, topicOf } from './database.ts'
import type { Leases } from './leases.ts'
import type { Presence } from './presence.ts'
import type { Publisher } from './progress.ts'

/** What a run needs of its worker. */
export interface Worker {
  readonly runnableOf: (name: string) => AnyRunnable
  readonly contextOf: (json: unknown, runId: string) => unknown
  readonly log: (level: 'warn' | 'error', message: string) => void
  readonly pool: Pool
  readonly inboxes: Inboxes
  readonly publisher: Publisher
  readonly sendsProgress: boolean
  readonly presence: Presence
  readonly leases: Pick<Leases, 'isHeld' | 'renew'>
  /** Starts parts as runs of their own. */
  readonly link: Distribute['link']
}

const isSettling = ({ type, path }: Fact): boolean => path === '' && (type === 'run.done' || type === 'run.pause')

/** A run is never given up for errors of a process: another one may be able to go on. */
const retries = { retriesAllowed: true, maxAttempts: 1_000_000, intervalSeconds: 0.2, backoffRate: 2 }
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
  using inbox = worker.inboxes.open(runId)
  let recorded = 0
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
      ...journalOf(worker, runId, inbox),
      recorded: (batch) => {
        recorded += batch.length
        worker.publisher.wake(runId, batch.some(isSettling))
      },
    },
  )
  return { facts: facts.length }
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

function journalOf({ leases, pool, presence, publisher }: Worker, runId: string, inbox: Inbox): Journal {
  const { signal } = presence
  let answered = 0
  return {
    async step(name, work) {
      // The step's own value and not the copy of it: the live run is confirmed by identity.
      let own: Entry | Command | undefined
      const known = await DBOS.runStep(
        async () => (own = await lasting(Promise.race([work(), inbox.next()]), signal)),
        {
          name,
          ...retries,
        },
      )
      await owned(leases, runId, signal)
      const outcome = own ?? known
      if ('type' in outcome) inbox.took()
      return outcome
    },
    async command() {
      presence.rest(runId)
      for (;;) {
        const command = await DBOS.recv<Command>(topicOf(inbox.number), { timeoutSeconds: longest })
        if (!command) continue
        inbox.took()
        await presence.wake(runId)
        return command
      }
    },
    answered(rejection) {
      const number = answered++
      // Recorded before: another process repeats the answer if this one dies.
      void reaching(() => storeAnswer(pool, runId, number, rejection), { limit: Infinity, signal })
        .then(() => publisher.wake(runId, true))
        .catch(() => {})
    },
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

/** Never settles once the worker leaves: DBOS would record the error as the result of the step. */
async function lasting<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (signal.aborted) await new Promise(() => {})
    throw error
  }
}
