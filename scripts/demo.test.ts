// The examples as a person starts them.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { examplesWithLogs } from './example-logs.ts'

const root = resolve(import.meta.dirname, '..')
const { INIT_CWD: _cwd, OPENAI_API_KEY: _key, ...env } = process.env

interface Ended {
  readonly out: string
  readonly err: string
  readonly code: number | null
}

/** `lines`: how many the reader of the output takes before it closes the pipe. */
async function demo(args: readonly string[], { lines = Infinity, from = root } = {}): Promise<Ended> {
  const program = join(from, 'scripts/demo.ts')
  const child = spawn(process.execPath, ['--conditions=@toolloop/source', program, ...args], { env, timeout: 60_000 })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
    if (out.split('\n').length > lines) child.stdout.destroy()
  })
  child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { out, err, code }
}

it('lists every example with one line', async () => {
  const { out, err } = await demo(['--list'])
  expect(err).toBe('')
  const rows = out.trimEnd().split('\n')
  expect(rows.map((row) => row.split(' ')[0])).toEqual(readdirSync(join(root, 'examples')).toSorted())
  for (const row of rows) expect(row).toMatch(/^[a-z-]+ {2,}\S.{20,}$/)
})

it.each(readdirSync(join(root, 'examples')))('%s has a README with its command, and the README names it', (name) => {
  const readme = readFileSync(join(root, 'examples', name, 'README.md'), 'utf8')
  expect(readme).toContain(`npx -y pnpm@12 demo${name === 'quickstart' ? '' : ` ${name}`}`)
  expect(readme.split('\n').length).toBeLessThan(60)
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`(examples/${name}/README.md)`)
})

it.each([
  ['live-table', [], 0, /^continent/],
  ['budget', [], 0, /budget: 299 of 300 tokens/],
  ['fallback', [], 0, /served by primary, backup, backup/],
  ['early-dispatch', [], 0, /early dispatch on\n[^]*look_up\(.*\) while the model is still talking\n/],
  ['strict-doctor', ['--record=pairs'], 1, /4 schemas, 4 errors, 2 warnings/],
])('runs %s by its name, with its arguments', async (name, args, code, prints) => {
  const ended = await demo([name, ...args])
  expect(ended.err).toBe('')
  expect(ended.out).toMatch(prints)
  expect(ended.code).toBe(code)
})

it('takes what is no name for a folder', async () => {
  const { err, code } = await demo(['no-such-thing'])
  expect(err).toMatch(/^There is no folder at .*no-such-thing\.\n$/)
  expect(code).toBe(1)
})

it.each(['quickstart', 'approval', 'budget', 'crash', 'early-dispatch', 'fallback'])(
  'ends quietly when the reader of the output of %s has seen enough',
  async (name) => {
    expect(
      await demo(
        [name].filter((one) => one !== 'quickstart'),
        { lines: 3 },
      ),
    ).toMatchObject({ err: '', code: 0 })
  },
  60_000,
)

it('the examples that run an agent write logs that tools can read', () => {
  expect(examplesWithLogs).toEqual(
    expect.arrayContaining(['approval', 'batch', 'budget', 'crash', 'early-dispatch', 'fallback', 'quickstart']),
  )
})

it.each(examplesWithLogs)('%s shows its run with the logger', (name) => {
  const sources = readdirSync(join(root, 'examples', name, 'src')).filter((file) => file.endsWith('.ts'))
  const text = sources.map((file) => readFileSync(join(root, 'examples', name, 'src', file), 'utf8')).join('\n')
  expect(text).toContain('logger(')
})

it('runs from a folder whose name has a space and an umlaut', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ein Ordner für '))
  try {
    for (const name of ['scripts', 'examples'])
      await cp(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.includes('toolchain') })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    await symlink(join(root, 'packages'), join(folder, 'packages'), 'junction')
    const { out, err, code } = await demo([], { from: folder })
    expect(err).toBe('')
    expect(out).toContain('Largest ')
    expect(code).toBe(0)
  } finally {
    await rm(folder, { recursive: true })
  }
})
