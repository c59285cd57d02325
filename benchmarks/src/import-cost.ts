// What importing a library costs before it does anything: CPU of a process that imports it, over one that does not.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')
/** Ours as it is published: `pnpm build` makes it. */
const built = (name: string): string => join(root, `packages/${name}/dist/index.js`)

const imported: Readonly<Record<string, string>> = {
  toolloop: built('toolloop'),
  'toolloop-transport': built('transport'),
  undici: 'undici',
  openai: 'openai',
  ai: 'ai',
  '@openai/agents': '@openai/agents',
  xsai: 'xsai',
}

export interface ImportCost {
  readonly library: string
  /** Milliseconds of CPU, one per sample. */
  readonly cpu: readonly number[]
}

/** Interleaved, a fresh process each. A library that is not there is left out, and said so. */
export async function importCosts(samples: number): Promise<readonly ImportCost[]> {
  const present = Object.entries(imported).filter(([name, specifier]) => {
    const missing = specifier.startsWith('/') && !existsSync(specifier)
    if (missing) console.log(`${name} is not built: run \`pnpm build\` to measure its import`)
    return !missing
  })
  const costs = new Map(present.map(([name]) => [name, [] as number[]]))
  for (let sample = 0; sample < samples; sample++) {
    const bare = await cpuOf('')
    for (const [name, specifier] of present) costs.get(name)?.push((await cpuOf(specifier)) - bare)
  }
  return [...costs].map(([library, cpu]) => ({ library, cpu }))
}

/** Milliseconds of CPU of a process that imports this and ends. */
async function cpuOf(specifier: string): Promise<number> {
  const load = specifier === '' ? '' : `await import(${JSON.stringify(specifier)});`
  const program = `${load} const { user, system } = process.cpuUsage(); console.log((user + system) / 1000); process.exit()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(root, 'benchmarks'),
  })
  return Number(stdout.trim().split('\n').at(-1))
}
