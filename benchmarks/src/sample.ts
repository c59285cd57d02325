// One sample: one library, one workload, in a fresh process. Prints what it cost.
import type { Body } from './adapter.ts'
import { workloads } from './workloads.ts'

const [library, name, baseURL] = process.argv.slice(2)
const workload = workloads.find((candidate) => candidate.name === name)
if (workload === undefined || baseURL === undefined) throw new Error(`no workload ${name}`)
type Adapter = Readonly<Record<string, (baseURL: string) => (body: Body) => Promise<string>>>
const { default: adapter } = (await import(`${workload.adapters ?? './adapters'}/${library}.ts`)) as {
  default: Adapter
}
const run = adapter[workload.uses]?.(baseURL)
if (run === undefined) {
  console.log(JSON.stringify(null))
  process.exit(0)
}

const body: Body = {
  model: workload.model,
  messages: [
    { role: 'system', content: 'You are a helpful assistant. '.repeat(30) },
    { role: 'user', content: 'What should I cook tonight? '.repeat(30) },
  ],
}

await repeat(Math.ceil(workload.requests / 5))
const cpu = process.cpuUsage()
const wall = performance.now()
await repeat(workload.requests)
const { user, system } = process.cpuUsage(cpu)
const units = workload.requests * workload.events
console.log(
  JSON.stringify({
    cpu: (user + system) / units,
    wall: ((performance.now() - wall) * 1000) / units,
    rss: process.resourceUsage().maxRSS / 1024,
  }),
)
process.exit(0)

async function repeat(requests: number): Promise<void> {
  const { concurrency } = workload as (typeof workloads)[number]
  for (let sent = 0; sent < requests; sent += concurrency) {
    const texts = await Promise.all(
      Array.from({ length: concurrency }, () => (run as (body: Body) => Promise<string>)(body)),
    )
    if (texts.some((text) => text.length < 20)) throw new Error(`${library} lost the answer`)
  }
}
