// The programs of tutorial-batch.md, started in an empty folder one after another, print what the page shows.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileLog } from 'toolloop/store'
import { afterAll, beforeAll, expect, it } from 'vitest'

const programs = join(import.meta.dirname, 'examples/tutorial-batch')
const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, OPENAI_MODEL: _model, ...env } = process.env
let page: string
let cwd: string
beforeAll(async () => {
  page = await readFile(join(import.meta.dirname, 'tutorial-batch.md'), 'utf8')
  cwd = await mkdtemp(join(tmpdir(), 'tutorial-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const args = (file: string): string[] => ['--conditions=@toolloop/source', join(programs, file)]

async function run(file: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args(file), { cwd, env, timeout: 30_000 })
  expect(stderr).toBe('')
  return stdout
}

/** What the page shows behind the command. */
const shown = (file: string): string | undefined =>
  new RegExp(`node ${file}\\n\`\`\`\\n\\n\`\`\`\\n([^]*?)\`\`\``).exec(page)?.[1]

it.each(['make-invoices.ts', 'one.ts', 'try.ts'])('%s prints what the page shows', async (file) => {
  expect(await run(file)).toBe(shown(file))
})

it('batch.ts writes a row for each document, and asks nothing again', async () => {
  const lines = (await run('batch.ts')).trimEnd().split('\n')
  const last = shown('batch.ts')!.trimEnd().split('\n').at(-1)
  expect(lines.slice(-2)).toEqual(['20 of 20', last])
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^\d+ of 20$/)
  expect(await rows()).toHaveLength(20)
  expect(await run('batch.ts')).toBe(`${last}\n`)
}, 60_000)

it.each(['SIGINT', 'SIGKILL'] as const)(
  'batch.ts goes on after %s',
  async (signal) => {
    const before = await rows()
    await rm(join(cwd, 'batch.log'))
    await rm(join(cwd, 'invoices.jsonl'))
    const out = await stopped(signal)
    if (signal === 'SIGINT') expect(out).toMatch(/ of 20\nIt ended as aborted\.\n$/)
    const finished = await done()
    expect(finished.length).toBeGreaterThanOrEqual(4)
    await run('batch.ts')
    const all = await done()
    expect(all.slice(0, finished.length)).toEqual(finished)
    expect(new Set(all).size).toBe(all.length)
    expect(await rows()).toEqual(before)
  },
  60_000,
)

const rows = async (): Promise<unknown[]> =>
  (await readFile(join(cwd, 'invoices.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

/** The paths of the agents' runs that the log holds as done. */
const done = async (): Promise<string[]> =>
  (await fileLog(join(cwd, 'batch.log')).load()).flatMap((fact) =>
    fact.type === 'run.done' && fact.path !== '' && fact.outcome.status === 'done' ? [fact.path] : [],
  )

/** Stops the program once four documents are done. */
async function stopped(signal: NodeJS.Signals): Promise<string> {
  const child = spawn(process.execPath, args('batch.ts'), { cwd, env, timeout: 30_000 })
  let out = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
    if (Number(/(\d+) of 20\n$/.exec(out)?.[1] ?? 0) >= 4) child.kill(signal)
  })
  await new Promise((close) => child.on('close', close))
  return out
}
