// The workloads of agents, as data. A step is one request with its calls; costs are per step, so that growth shows.
import type { Workload } from '../src/workloads.ts'

const libraries = ['floor', 'toolloop', 'openai', 'ai', 'openai-agents', 'xsai']
const base = { adapters: '../agents/adapters', libraries, concurrency: 1 } as const

const loop = (steps: number, requests: number): Workload => ({
  ...base,
  name: `tools loop, ${steps} steps`,
  uses: 'loop',
  model: `loop/${steps}`,
  requests,
  unit: 'step',
  events: steps + 1,
})

const parallel = (calls: number): Workload => ({
  ...base,
  name: `${calls} parallel tools of 20 ms`,
  uses: 'parallel',
  model: `parallel/${calls}`,
  requests: 40,
  unit: 'run',
  events: 1,
  shows: 'wall',
})

export const agentWorkloads: readonly Workload[] = [
  loop(10, 200),
  loop(100, 10),
  loop(1000, 1),
  { ...loop(10, 200), name: 'tools loop, streamed, 10 steps', uses: 'streamed' },
  { ...loop(100, 10), name: 'tools loop, streamed, 100 steps', uses: 'streamed' },
  parallel(16),
  parallel(64),
  parallel(128),
  {
    ...base,
    name: '2,000 agents at once, 3 steps each, streamed',
    uses: 'streamed',
    model: 'loop/2',
    concurrency: 2000,
    requests: 2000,
    unit: 'step',
    events: 3,
  },
  {
    ...base,
    name: 'agent: 10,000 text deltas, many a read',
    uses: 'streamed',
    model: 'many/10000',
    requests: 20,
    unit: 'event',
    events: 10_000,
  },
  {
    ...base,
    name: 'agent: 2,000 text deltas, one a read',
    uses: 'streamed',
    model: 'single/2000',
    requests: 10,
    unit: 'event',
    events: 2000,
  },
  {
    ...base,
    name: 'first tool starts after its call is complete, the stream goes on for 900 ms',
    uses: 'early',
    model: 'early',
    requests: 5,
    unit: 'run',
    events: 1,
    shows: 'wall',
  },
]
