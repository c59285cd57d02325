import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe as described, readRun } from '@toolloop/core'
import { fileLog } from '@toolloop/store'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../index.ts'
import { type Example, examples, logOf } from '../test/logs.ts'

const root = join(import.meta.dirname, '../../../..')
const folder = mkdtempSync(join(tmpdir(), 'toolloop-command-'))
const logs = {} as Record<Example, string>
beforeAll(async () => {
  for (const example of examples) logs[example] = await logOf(example, folder)
})
afterEach(() => vi.unstubAllEnvs())

async function toolloop(...args: readonly string[]) {
  const written = { out: '', err: '' }
  const code = await runCommand(args, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  })
  return { ...written, code }
}

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe.each(examples)('on the log of %s', (example) => {
  it('describe prints what `describe` says, and the reading as JSON', async () => {
    const log = fileLog(logs[example])
    expect(await toolloop('describe', log.path)).toEqual({ out: `${await described(log)}\n`, err: '', code: 0 })
    const { out, code } = await toolloop('describe', log.path, '--json')
    const { state: _, ...reading } = await readRun(log)
    expect([code, JSON.parse(out)]).toEqual([0, JSON.parse(JSON.stringify({ ...reading, damage: null }))])
  })

  it('diff finds a log equal to itself, and the first fact that differs', async () => {
    const path = logs[example]
    expect(await toolloop('diff', path, path)).toMatchObject({ code: 0, err: '' })
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    const other = file('other.jsonl', `${lines.with(1, lines[1]!.replace('"scripted"', '"other"')).join('\n')}\n`)
    const { out, code } = await toolloop('diff', path, other)
    expect(code).toBe(1)
    expect(out).toMatch(
      /^The logs agree up to fact 1, \$\.model:\n- step 0 {2}asks scripted .*\n\+ step 0 {2}asks other /,
    )
    const shorter = file('shorter.jsonl', `${lines.slice(0, 3).join('\n')}\n`)
    expect(JSON.parse((await toolloop('diff', path, shorter, '--json')).out)).toMatchObject({ same: false, at: 3 })
  })

  it('fork makes a log that can be read, and never overwrites one', async () => {
    const out = join(folder, `${example}-forked.jsonl`)
    expect(await toolloop('fork', logs[example], '--before', '1', '--out', out)).toMatchObject({ code: 0, err: '' })
    expect(await readRun(fileLog(out))).toMatchObject({ status: 'running', steps: [{ step: 0 }] })
    expect(await toolloop('fork', logs[example], '--before', '1', '--out', out)).toMatchObject({
      code: 2,
      err: `toolloop: ${out} exists: name another file with --out.\n`,
    })
    expect(await toolloop('fork', logs[example], '--before', '99')).toMatchObject({
      code: 2,
      err: expect.stringContaining('`before` is 99'),
    })
  })

  it('view writes one page that holds the log', async () => {
    const out = join(folder, `${example}.html`)
    expect(await toolloop('view', logs[example], '--out', out)).toEqual({ out: `${out}\n`, err: '', code: 0 })
    expect(readFileSync(out, 'utf8')).toContain(`"name":"${example}.jsonl"`)
  })
})

it('replays with the agent of a module', async () => {
  const module = join(root, 'examples/approval/src/cashier.ts')
  const replayed = await toolloop('replay', logs.approval, '--agent', module)
  expect(replayed).toEqual({ out: "Today's agent does the same over 2 steps: done.\n", err: '', code: 0 })
  const changed = readFileSync(logs.approval, 'utf8').replaceAll('Paid 20 euros', 'Paid 30 euros')
  expect(await toolloop('replay', file('changed.jsonl', changed), '--agent', module)).toMatchObject({ code: 0 })
  const other = await toolloop('replay', logs.crash, '--agent', module)
  expect(other.err).toMatch(/exports no agent named "clerk", which the log is of; it exports cashier\.\n$/)
  expect(other.code).toBe(2)
})

it.each([
  ['missing', 'nowhere.jsonl', undefined, /There is no log at .*nowhere\.jsonl\.\n$/],
  ['empty', 'empty.jsonl', '', /empty\.jsonl: The log is empty: no run has started in it\.\n$/],
  [
    'foreign',
    'foreign.jsonl',
    '# A page\nwith text\n',
    /foreign\.jsonl: The log is damaged: line 1 is not a fact\.\n$/,
  ],
  ['foreign JSON', 'package.jsonl', '{"seq":0,"name":"x"}\n', /package\.jsonl: .*fact 0/],
])('reports a %s file in one line', async (_title, name, text, message) => {
  const path = text === undefined ? join(folder, name) : file(name, text)
  for (const args of [['describe'], ['fork', '--before', '1'], ['replay', '--agent', 'x.ts']]) {
    const { out, err, code } = await toolloop(args[0]!, path, ...args.slice(1))
    expect([out, code, err.split('\n').length]).toEqual(['', 2, 2])
    expect(err).toMatch(message)
  }
})

it('describes a torn or damaged log up to the damage, and says so', async () => {
  const text = readFileSync(logs.crash, 'utf8')
  const lines = text.trimEnd().split('\n')
  const head = await described(lines.slice(0, 4).map((line) => JSON.parse(line)))
  const cases = [
    [`${lines.slice(0, 4).join('\n')}\n${lines[4]!.slice(0, 20)}`, /The last line is incomplete \(20 characters\)/],
    [`${lines.slice(0, 4).join('\n')}\nnonsense\n${lines.slice(5).join('\n')}\n`, /line 5 is not a fact/],
    [`${lines.toSpliced(4, 1).join('\n')}\n`, /fact 4 has the number 5/],
  ] as const
  for (const [damaged, message] of cases) {
    const { out, err, code } = await toolloop('describe', file('damaged.jsonl', damaged))
    expect([out, code]).toEqual([`${head}\n`, 1])
    expect(err).toMatch(message)
  }
})

it('checks the schemas of a module', async () => {
  const sample = join(root, 'examples/strict-doctor/src/sample.ts')
  expect(await toolloop('doctor', sample)).toMatchObject({ code: 1, err: '' })
  expect((await toolloop('doctor', sample)).out).toMatch(/4 schemas, \d errors, 2 warnings\n$/)
  expect(JSON.parse((await toolloop('doctor', sample, '--json')).out)).toMatchObject({ errors: expect.any(Number) })
  expect(await toolloop('doctor', 'nowhere.ts')).toMatchObject({ code: 2 })
})

it('takes paths from where it was called', async () => {
  vi.stubEnv('INIT_CWD', folder)
  expect((await toolloop('describe', 'crash.jsonl')).code).toBe(0)
})

it('documents the help of every command as it is', async () => {
  const page = readFileSync(join(root, 'docs/command-line.md'), 'utf8')
  for (const name of ['view', 'describe', 'diff', 'replay', 'fork', 'doctor', 'mcp']) {
    const { out, code } = await toolloop(name, '--help')
    expect(code).toBe(0)
    expect(page).toContain(out.trim())
  }
})

it.each([[['nonsense']], [['describe']], [['fork', 'x.jsonl']], [['describe', 'x', '--colour']]])(
  'explains a wrong call: %j',
  async (args) => {
    const { err, code } = await toolloop(...args)
    expect(code).toBe(2)
    expect(err).toMatch(/^error: .*\n/)
  },
)

it('follows a log on loopback, with a token', async () => {
  const child = spawn(process.execPath, [
    '--conditions=@toolloop/source',
    join(import.meta.dirname, '../main.ts'),
    'view',
    logs.crash,
    '--live',
    '--no-open',
  ])
  try {
    const url = await new Promise<string>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        const [, found] = /(http:\S+)/.exec(data.toString()) ?? []
        if (found) resolve(found)
      })
    })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
    expect((await fetch(new URL('/', url))).status).toBe(404)
    expect((await fetch(`${url}x`)).status).toBe(404)
    expect(await (await fetch(url)).text()).toContain('<main id="app">')
    const { body } = await fetch(`${url}/events`)
    let text = ''
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if (text.endsWith('\n\n')) break
    }
    expect(JSON.parse(text.replace(/^data: /, ''))).toBe(readFileSync(logs.crash, 'utf8'))
  } finally {
    child.kill('SIGINT')
  }
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
}, 60_000)
