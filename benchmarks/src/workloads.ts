// What is measured, as data.
import { agentWorkloads } from '../agents/workloads.ts'
import { streamWorkloads } from '../stream/workloads.ts'

export interface Workload {
  readonly name: string
  /** The adapter's method that does it. */
  readonly uses: string
  /** The folder of its adapters. @default './adapters' */
  readonly adapters?: string
  /** Who takes part, the floor first. @default `libraries` */
  readonly libraries?: readonly string[]
  /** What the server answers; see `server.ts`. */
  readonly model: string
  /** Requests at once. */
  readonly concurrency: number
  /** Requests of a sample, after a warm-up of a fifth of them. */
  readonly requests: number
  /** What one cost is: a request, an event of its stream, a step of an agent, or a whole run of one. */
  readonly unit: 'request' | 'event' | 'step' | 'run'
  /** Units of one request. */
  readonly events: number
  /** What is compared. @default 'cpu' */
  readonly shows?: 'cpu' | 'wall'
}

export const workloads: readonly Workload[] = [
  {
    name: 'small requests, one after another',
    uses: 'plain',
    model: 'plain',
    concurrency: 1,
    requests: 24_000,
    unit: 'request',
    events: 1,
  },
  {
    name: 'small requests, 64 at once',
    uses: 'plain',
    model: 'plain',
    concurrency: 64,
    requests: 24_000,
    unit: 'request',
    events: 1,
  },
  {
    name: '10,000 text deltas, many a read',
    uses: 'stream',
    model: 'many/10000',
    concurrency: 1,
    requests: 20,
    unit: 'event',
    events: 10_000,
  },
  {
    name: '2,000 text deltas, one a read',
    uses: 'stream',
    model: 'single/2000',
    concurrency: 1,
    requests: 10,
    unit: 'event',
    events: 2000,
  },
  ...streamWorkloads,
  ...agentWorkloads,
]

/** The libraries, the floor first: everything is a multiple of it. */
export const libraries: readonly string[] = ['floor', 'toolloop-transport', 'openai', 'ai', 'xsai']
