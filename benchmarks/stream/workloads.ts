// The workloads of streams, as data. Costs are per delta, so that growth shows: they should not rise with the size.
import type { Workload } from '../src/workloads.ts'

const libraries = ['floor', 'toolloop', 'openai', 'ai', 'xsai']
/** Those that do not parse everything again at every delta: on a large answer the others would take minutes. */
const linear = ['floor', 'toolloop', 'openai']

const base = { adapters: '../stream/adapters', concurrency: 1, unit: 'event' } as const

export const streamWorkloads: readonly Workload[] = [
  ...[1000, 10_000, 50_000].map((count) => ({
    ...base,
    libraries,
    name: `events: ${count} text deltas, many a read`,
    uses: 'text',
    model: `many/${count}`,
    requests: Math.ceil(200_000 / count),
    events: count,
  })),
  {
    ...base,
    libraries,
    name: 'events: 2000 text deltas, one a read',
    uses: 'text',
    model: 'single/2000',
    requests: 10,
    events: 2000,
  },
  ...[10_000, 100_000, 1_000_000].map((bytes) => ({
    ...base,
    libraries,
    name: `arguments: ${bytes} bytes`,
    uses: 'arguments',
    model: `arguments/${bytes}`,
    requests: Math.ceil(4_000_000 / bytes),
    events: bytes / 20,
  })),
  ...[10_000, 100_000, 1_000_000].map((bytes) => ({
    ...base,
    libraries: bytes > 10_000 ? linear : libraries,
    name: `arguments with partials: ${bytes} bytes`,
    uses: 'partials',
    model: `arguments/${bytes}`,
    requests: Math.ceil(4_000_000 / bytes),
    events: bytes / 20,
  })),
  ...[10_000, 1_000_000].map((bytes) => ({
    ...base,
    libraries: bytes > 10_000 ? linear : libraries,
    name: `structured output with partials: ${bytes} bytes`,
    uses: 'object',
    model: `object/${bytes}`,
    requests: Math.ceil(4_000_000 / bytes),
    events: bytes / 20,
  })),
  {
    ...base,
    libraries,
    name: '128 interleaved calls',
    uses: 'arguments',
    model: 'calls/128',
    requests: 50,
    events: 128 * 24,
  },
]
