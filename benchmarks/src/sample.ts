// One sample: one library, one workload, in a fresh process. Prints what it cost.
import type { Body } from './adapter.ts'
import { median } from './median.ts'
import { type Workload, workloads } from './workloads.ts'

const [library, name, baseURL, factor = '1'] = process.argv.slice(2)
const workload = workloads.find((candidate) => candidate.name === name)
if (workload === undefined || baseURL === undefined) throw new Error(`no workload ${name}`)
/** Resolves to the answer's text, or to milliseconds where these are what is measured. */
type Run = (body: Body) => Promise<string | number>
type Adapter = Readonly<Record<string, ((baseURL: string) => Run) | undefined>>
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

/** A longer life shows what is left when all is compiled. */
const requests = workload.requests * Number(factor)
if (!(requests >= 1)) throw new Error(`--times is ${factor}; it must be a number of at least 1`)
await repeat(Math.ceil(requests / 5))
const cpu = process.cpuUsage()
const wall = performance.now()
const times = await repeat(requests)
const { user, system } = process.cpuUsage(cpu)
const units = requests * workload.events
const milliseconds = times.length > 0 ? median(times) : (performance.now() - wall) / units
console.log(
  JSON.stringify({
    cpu: (user + system) / units,
    wall: milliseconds * 1000,
    rss: process.resourceUsage().maxRSS / 1024,
  }),
)
process.exit(0)

/** The milliseconds that were measured, where a function tells them. */
async function repeat(requests: number): Promise<number[]> {
  const { concurrency } = workload as Workload
  const answers: (string | number)[] = []
  for (let sent = 0; sent < requests; sent += concurrency) {
    const length = Math.min(concurrency, requests - sent)
    answers.push(...(await Promise.all(Array.from({ length }, () => (run as Run)(body)))))
  }
  if (answers.some((answer) => typeof answer === 'string' && answer.length < 20))
    throw new Error(`${library} lost the answer`)
  return answers.filter((answer) => typeof answer === 'number')
}
