// Processes that are killed while they pay, and others that go on. Counts what happened.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fact } from '@toolloop/core'
import { build } from 'esbuild'
import { comparePayments, type Payments } from './payer.ts'
import type { Moment } from './crash-program.ts'
import { type Kind, linesOf, openStore } from './stores.ts'

export interface Counts {
  runs: number
  kills: number
  once: number
  twice: number
  lost: number
  unknown: number
  interrupted: number
  /** Facts that were acknowledged and are not in the log. */
  missing: number
  /** Logs that did not load, lists that did not tell the truth, runs that did not come to their end. */
  broken: string[]
}

export const noCounts = (): Counts => ({
  runs: 0,
  kills: 0,
  once: 0,
  twice: 0,
  lost: 0,
  unknown: 0,
  interrupted: 0,
  missing: 0,
  broken: [],
})

/** When a process is killed: around a fact, or so many milliseconds after it began to pay. */
export type Kill = { readonly fact: number; readonly moment: Moment } | { readonly after: number }

export interface Crashes {
  /** Pays in processes that are killed, then in one that is not, and compares what they left. */
  pay(kind: Kind, kills: readonly Kill[], counts: Counts): Promise<void>
  /** How long a run takes that is not killed, and how many facts it has. */
  measure(kind: Kind): Promise<{ ms: number; facts: number }>
  close(): void
}

export async function crashes(): Promise<Crashes> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-crash-'))
  const program = await bundle('crash-program', folder)
  let run = 0
  return {
    async pay(kind, kills, counts) {
      const id = `run-${run++}`
      counts.runs++
      for (const kill of [...kills, undefined]) {
        const { killed, output } = await start(program, [kind, folder, id], kill)
        if (killed) counts.kills++
        await look(kind, folder, id, killed, counts)
        if (!killed && output !== 'done') counts.broken.push(`${id} ended with ${output}`)
      }
      await compare(kind, folder, id, counts)
    },
    async measure(kind) {
      const id = `run-${run++}`
      const { ms } = await start(program, [kind, folder, id], undefined)
      return { ms, facts: (await factsOf(kind, folder, id)).length }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** One file for a program, so that a process starts in a tenth of the time. */
export async function bundle(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@toolloop/source'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
    logLevel: 'silent',
  })
  return outfile
}

interface Ended {
  readonly killed: boolean
  /** The last line. */
  readonly output: string
  readonly ms: number
}

/** A process that takes longer hangs; it is killed, and the count ends. */
const endLimit = 60_000

async function start(program: string, args: readonly string[], kill: Kill | undefined): Promise<Ended> {
  const at = kill && 'fact' in kill ? [String(kill.fact), kill.moment] : []
  const child = spawn(process.execPath, ['--no-warnings', program, ...args, ...at], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let began = 0
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
    if (began > 0) return
    began = performance.now()
    if (kill && 'after' in kill) setTimeout(() => child.kill('SIGKILL'), kill.after)
  })
  let hangs = false
  const limit = setTimeout(() => {
    hangs = true
    child.kill('SIGKILL')
  }, endLimit)
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  clearTimeout(limit)
  if (hangs) throw new Error(`A process did not end within ${endLimit} ms. Its arguments: ${args.join(' ')}\n${output}`)
  if (code) output += `\nexit code ${code}`
  return { killed: signal === 'SIGKILL', output: output.trim().split('\n').at(-1) ?? '', ms: performance.now() - began }
}

/** As another process finds the log. */
async function look(kind: Kind, folder: string, id: string, killed: boolean, counts: Counts): Promise<void> {
  const store = openStore(kind, folder)
  try {
    const facts = await store.log(id).load()
    const acknowledged = linesOf(join(folder, `${id}.acknowledged`)).map(Number)
    counts.missing += acknowledged.filter((seq) => seq >= facts.length).length
    const { data } = await store.list()
    const summary = data.find((one) => one.id === id)
    const last = facts.at(-1)
    const status =
      last?.type === 'run.done' ? last.outcome.status : last?.type === 'run.pause' ? 'approval' : 'interrupted'
    if (facts.length > 0 && (summary?.status !== status || summary.facts !== facts.length))
      counts.broken.push(
        `${id}: the list says ${JSON.stringify(summary)}, the log ${status} with ${facts.length} facts`,
      )
    if (!killed && status !== 'done') counts.broken.push(`${id}: ended by itself as ${status}`)
  } catch (error) {
    counts.broken.push(`${id}: ${String(error)}`)
  } finally {
    store.close?.()
  }
}

async function compare(kind: Kind, folder: string, id: string, counts: Counts): Promise<void> {
  const payments: Payments = comparePayments(await factsOf(kind, folder, id), linesOf(join(folder, `${id}.effects`)))
  for (const key of ['once', 'twice', 'lost', 'unknown', 'interrupted'] as const) counts[key] += payments[key]
}

async function factsOf(kind: Kind, folder: string, id: string): Promise<readonly Fact[]> {
  const store = openStore(kind, folder)
  try {
    return await store.log(id).load()
  } finally {
    store.close?.()
  }
}
