// The harness: a server of its own, a fresh process per sample, libraries interleaved, medians with their range.
import { execFile, fork } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { libraries, type Workload, workloads } from './workloads.ts'

interface Sample {
  readonly cpu: number
  readonly wall: number
  readonly rss: number
}

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '5' },
    workload: { type: 'string', default: '' },
    library: { type: 'string', multiple: true, default: [] },
  },
})
const chosen = workloads.filter(({ name }) => name.includes(values.workload))
const execArgv = ['--conditions=@toolloop/source']

const server = fork(join(import.meta.dirname, 'server.ts'))
const port = await new Promise<number>((resolve) => server.once('message', (message) => resolve(message as number)))
console.log(
  `${new Date().toISOString().slice(0, 10)} · Node ${process.version} · ${cpus()[0]?.model} × ${cpus().length}`,
)
for (const workload of chosen) {
  console.log(
    `\n${workload.name} (µs CPU per ${workload.unit}, ${values.samples} samples, load ${loadavg()[0]?.toFixed(1)})`,
  )
  print(await measure(workload))
}
server.disconnect()

async function measure(workload: Workload): Promise<ReadonlyMap<string, Sample[]>> {
  const compared = (workload.libraries ?? libraries).filter(
    (name) => name === 'floor' || values.library.length === 0 || values.library.includes(name),
  )
  const samples = new Map<string, Sample[]>(compared.map((library) => [library, []]))
  for (let round = 0; round < Number(values.samples); round++) {
    for (const library of compared) {
      const sample = await measureOnce(workload, library)
      if (sample !== null) samples.get(library)?.push(sample)
    }
  }
  return samples
}

async function measureOnce(workload: Workload, library: string): Promise<Sample | null> {
  const program = join(import.meta.dirname, 'sample.ts')
  const args = [...execArgv, program, library, workload.name, `http://127.0.0.1:${port}/v1`]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as Sample | null
}

function print(samples: ReadonlyMap<string, readonly Sample[]>): void {
  const floor = median(samples.get('floor')?.map(({ cpu }) => cpu) ?? [])
  const rows = [...samples].map(([library, list]) => {
    const cpu = list.map((sample) => sample.cpu)
    return {
      library,
      '× floor': (median(cpu) / floor).toFixed(2),
      CPU: median(cpu).toFixed(2),
      'min–max': `${Math.min(...cpu).toFixed(2)}–${Math.max(...cpu).toFixed(2)}`,
      wall: median(list.map(({ wall }) => wall)).toFixed(2),
      'peak MB': median(list.map(({ rss }) => rss)).toFixed(0),
    }
  })
  console.table(Object.fromEntries(rows.map(({ library, ...row }) => [library, row])))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
