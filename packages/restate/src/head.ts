// What a run's workflow keeps in Restate beside its facts.
import type { Fact } from '@toolloop/core'
import type { Entry, Rejection, RunPage } from '@toolloop/engine'
import type { ProgressAddress } from './progress-server.ts'

/** A step's entry, with the worker that made it. */
export type StoredEntry = Entry & { readonly worker: ProgressAddress }

/** The state `head`. Batches of facts are the states `facts 0`, `facts 1`, … */
export interface Head {
  readonly agent: string
  /** How often the run went on after a pause. Its next end or pause resolves the promise `settled` with this number. */
  readonly resumed: number
  /** Why it failed, or why it refused the last decisions. */
  readonly error?: Rejection | undefined
  readonly isFailed?: boolean
  /** The worker that made the last facts: it serves the progress of the run. */
  readonly worker?: ProgressAddress
}

export const batchState = (batch: number): string => `facts ${batch}`
/** Durable promises. Each is resolved once, by the workflow, except `command`. */
export const promises = {
  batch: (batch: number): string => `batch ${batch}`,
  settled: (resumed: number): string => `settled ${resumed}`,
  command: (index: number): string => `command ${index}`,
  answer: (index: number): string => `answer ${index}`,
  closed: 'closed',
} as const

export type Answer = { readonly rejection: Rejection | null }

/** A reader that waits, or a sender, gets a reply after this time at the latest, in milliseconds. */
export const maxWait = 20_000
/** The same for the first reply to a sender, so that it soon learns whether a worker has its command. */
export const firstWait = 1000

export interface ReadRequest {
  readonly from: number
  /** The batch in which this fact is, where the reader has read the one before. */
  readonly at?: number
  readonly wait?: 'facts' | 'end'
  /** The run exists, though no worker may have taken it yet: waits for that too. */
  readonly isStarted?: boolean
}
/** `null`: no worker has taken the run yet, or no run has this id. */
export type ReadReply = {
  readonly page: RunPage
  readonly worker?: ProgressAddress
  /** There are more facts than Restate takes in one message: those from this batch on. */
  readonly next?: number
} | null
/** Characters of JSON after which a page ends. A batch is larger only where one fact is. */
export const longestPage: number = 4 << 20
/** `ended`: the run ended before it took the command. `pending`: the number of the command, which is not answered yet. */
export type SendReply = Answer | { readonly ended: true } | { readonly pending: number }
/** Asks for the answer to a command. */
export interface AnswerRequest {
  readonly pending: number
}

export function statusOf(last: Fact | undefined, { isFailed }: Head): RunPage['status'] {
  if (isFailed) return 'failed'
  if (last?.path !== '') return 'running'
  return last.type === 'run.done' ? 'ended' : last.type === 'run.pause' ? 'paused' : 'running'
}
