// The harness: a server of its own, a fresh process per sample, libraries interleaved, medians with their range.
import { execFile, fork } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { printFootprint } from './footprint.ts'
import { median } from './median.ts'
import { libraries, type Workload, workloads } from './workloads.ts'

interface Sample {
  readonly cpu: number
  readonly wall: number
  readonly rss: number
}

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '5' },
    times: { type: 'string', default: '1' },
    workload: { type: 'string', multiple: true, default: [''] },
    library: { type: 'string', multiple: true, default: [] },
  },
})
const chosen = workloads.filter(({ name }) => values.workload.some((part) => name.includes(part)))

const server = fork(join(import.meta.dirname, 'server.ts'))
const port = await new Promise<number>((resolve) => server.once('message', (message) => resolve(message as number)))
console.log(
  `${new Date().toISOString().slice(0, 10)} · Node ${process.version} · ${cpus()[0]?.model} × ${cpus().length}`,
)
for (const workload of chosen) {
  const { name, unit, shows = 'cpu' } = workload
  console.log(`\n${name} (µs ${shows} per ${unit}, ${values.samples} samples, load ${loadavg()[0]?.toFixed(1)})`)
  print(await measure(workload), shows)
}
server.disconnect()
if (values.workload.some((part) => 'import and install'.includes(part)))
  await printFootprint(
    Number(values.samples),
    (library) => values.library.length === 0 || values.library.includes(library),
  )

async function measure(workload: Workload): Promise<ReadonlyMap<string, Sample[]>> {
  const compared = (workload.libraries ?? libraries).filter(
    (name) => name === 'floor' || values.library.length === 0 || values.library.includes(name),
  )
  const samples = new Map<string, Sample[]>(compared.map((library) => [library, []]))
  for (let round = 0; round < Number(values.samples); round++) {
    for (const [library, list] of samples) {
      try {
        const sample = await measureOnce(workload, library)
        if (sample !== null) list.push(sample)
      } catch (error) {
        samples.delete(library)
        console.log(`${library} failed: ${reasonOf(error)}`)
      }
    }
  }
  return samples
}

async function measureOnce(workload: Workload, library: string): Promise<Sample | null> {
  const program = join(import.meta.dirname, 'sample.ts')
  const args = [program, library, workload.name, `http://127.0.0.1:${port}/v1`, values.times]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 300_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as Sample | null
}

/** The line of the stack that names the error. */
function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string }
  return stderr.split('\n').find((line) => /^\w*Error\b/.test(line)) ?? message
}

function print(samples: ReadonlyMap<string, readonly Sample[]>, shows: 'cpu' | 'wall'): void {
  const floor = median(samples.get('floor')?.map((sample) => sample[shows]) ?? [])
  const rows = [...samples]
    .filter(([, list]) => list.length > 0)
    .map(([library, list]) => {
      const shown = list.map((sample) => sample[shows])
      return {
        library,
        '× floor': (median(shown) / floor).toFixed(2),
        [shows]: median(shown).toFixed(2),
        'min–max': `${Math.min(...shown).toFixed(2)}–${Math.max(...shown).toFixed(2)}`,
        [shows === 'cpu' ? 'wall' : 'cpu']: median(
          list.map((sample) => sample[shows === 'cpu' ? 'wall' : 'cpu']),
        ).toFixed(2),
        'peak MB': median(list.map(({ rss }) => rss)).toFixed(0),
      }
    })
  console.table(Object.fromEntries(rows.map(({ library, ...row }) => [library, row])))
}
