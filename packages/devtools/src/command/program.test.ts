// Every command on the log of every example; help, wrong calls, and following a log.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe as described, readRun } from '@toolloop/core'
import { fileLog } from '@toolloop/store'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { examplesWithLogs, logModuleOf, writeExampleLog } from '../../../../scripts/example-logs.ts'
import { factsIn } from '../test/logs.ts'
import { toolloop } from '../test/toolloop.ts'

const root = join(import.meta.dirname, '../../../..')
const folder = mkdtempSync(join(tmpdir(), 'toolloop-command-'))
const logOf = (example: string): string => join(folder, `${example}.jsonl`)
beforeAll(async () => {
  for (const example of examplesWithLogs) await writeExampleLog(example, folder)
}, 60_000)
afterEach(() => vi.unstubAllEnvs())

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each(examplesWithLogs)('on the log of %s', (example) => {
  const path = logOf(example)
  const facts = () => factsIn(readFileSync(path, 'utf8'))
  const isPipeline = () => readFileSync(path, 'utf8').includes('"pipeline":')

  it('describe prints what `describe` says, and the reading as JSON', async () => {
    expect(await toolloop('describe', path)).toEqual({ out: `${await described(facts())}\n`, err: '', code: 0 })
    const { out, err, code } = await toolloop('describe', path, '--json')
    const { state: _, ...reading } = await readRun(facts())
    expect([code, err, JSON.parse(out)]).toEqual([0, '', plain({ ...reading, damage: null })])
  })

  it('diff finds a log equal to itself, and the first fact that differs', async () => {
    expect(await toolloop('diff', path, path)).toEqual({
      out: `The logs agree in ${facts().length} facts.\n`,
      err: '',
      code: 0,
    })
    expect(JSON.parse((await toolloop('diff', path, path, '--json')).out)).toEqual({ same: true, damage: [null, null] })
    const changed = facts().findIndex(({ type }) => type === 'step.start')
    const lines = facts().map((fact, at) => JSON.stringify(at === changed ? { ...fact, model: 'other' } : fact))
    const other = file('other.jsonl', `${lines.join('\n')}\n`)
    const { out, err, code } = await toolloop('diff', path, other)
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(
      new RegExp(
        `^The logs agree up to fact ${changed}, \\$\\.model:\n- step 0 {2}asks .*\n\\+ step 0 {2}asks other.*\n- ".*"\n\\+ "other"\n$`,
      ),
    )
    const shorter = file('shorter.jsonl', `${lines.slice(0, 3).join('\n')}\n`)
    const ended = await toolloop('diff', path, shorter, '--json')
    expect(ended).toMatchObject({ code: 1, err: '' })
    expect(JSON.parse(ended.out)).toEqual(
      plain({
        same: false,
        at: Math.min(3, changed),
        ...(changed < 3 ? differing(changed) : { was: facts()[3] }),
        damage: [null, null],
      }),
    )
    function differing(at: number) {
      const was = facts()[at]
      return {
        was,
        is: { ...was, model: 'other' },
        difference: { path: '$.model', was: (was as { model?: string }).model, is: 'other' },
      }
    }
  })

  it('replay agrees with the agent of the example; a pipeline is not replayed', async () => {
    const ended = await toolloop('replay', path, '--agent', logModuleOf(example))
    if (isPipeline()) return expect(ended).toMatchObject({ out: '', code: 2, err: expect.stringMatching(pipelineOnly) })
    const { steps, status } = await readRun(facts())
    expect(ended).toEqual({
      out: `Today's agent does the same over ${steps.length} steps: ${status}.\n`,
      err: '',
      code: 0,
    })
    const json = await toolloop('replay', path, '--agent', logModuleOf(example), '--json')
    expect(JSON.parse(json.out)).toMatchObject({ same: true, status, steps: steps.length, damage: null })
    const [first, ...rest] = facts()
    const other = { ...first, input: [{ role: 'user', content: 'go' }] }
    const offered = rest.map((fact) => (fact.type === 'step.start' ? { ...fact, tools: ['none'] } : fact))
    const changed = file('changed.jsonl', [other, ...offered].map((fact) => `${JSON.stringify(fact)}\n`).join(''))
    const differs = await toolloop('replay', changed, '--agent', logModuleOf(example), '--json')
    expect(differs).toMatchObject({ code: 1, err: '' })
    expect(JSON.parse(differs.out)).toEqual({
      same: false,
      problem: expect.stringMatching(/^Today's agent differs from the log at step 0, `step\.start`, \$\.tools/),
      damage: null,
    })
  })

  it('fork makes a log that can be read, and never overwrites one; a pipeline is not forked', async () => {
    const out = join(folder, `${example}-forked.jsonl`)
    const ended = await toolloop('fork', path, '--before', '0', '--out', out, '--message', 'And now?')
    if (isPipeline()) return expect(ended).toMatchObject({ out: '', code: 2, err: expect.stringMatching(pipelineOnly) })
    expect(ended).toEqual({
      out: `${out}: 2 facts. Resume it: agent.run(undefined, { from: fileLog(path) })\n`,
      err: '',
      code: 0,
    })
    expect(await readRun(fileLog(out))).toMatchObject({
      status: 'running',
      steps: [],
      messages: [{ role: 'user' }, { role: 'user', content: 'And now?' }],
    })
    expect(await toolloop('fork', path, '--before', '0', '--out', out)).toMatchObject({
      code: 2,
      out: '',
      err: `toolloop: ${out} exists: name another file with --out.\n`,
    })
    const beside = await toolloop('fork', path, '--before', '0', '--json')
    expect(JSON.parse(beside.out)).toEqual({ path: join(folder, `${example}.fork-0.jsonl`), facts: 1, damage: null })
    expect(await toolloop('fork', path, '--before', '99')).toMatchObject({
      code: 2,
      err: expect.stringContaining('`before` is 99'),
    })
  })

  it('view writes one page that holds the log', async () => {
    const out = join(folder, `${example}.html`)
    expect(await toolloop('view', path, '--out', out)).toEqual({ out: `${out}\n`, err: '', code: 0 })
    expect(readFileSync(out, 'utf8')).toContain(`"name":"${example}.jsonl"`)
    expect(JSON.parse((await toolloop('view', path, '--no-open', '--json')).out)).toEqual({
      file: expect.stringMatching(/index\.html$/),
    })
  })

  it('doctor looks at the schemas of its sources', async () => {
    const ended = await toolloop('doctor', logModuleOf(example), '--json')
    expect(ended).toEqual({ out: `${JSON.stringify({ errors: 0, schemas: [] }, null, 2)}\n`, err: '', code: 0 })
  })
})

const pipelineOnly =
  /^toolloop: The log is of the pipeline `[\w-]+`; only the log of an agent can be (replayed|forked)\. .*\n$/

it('replays only with the agent that the log is of', async () => {
  const other = await toolloop('replay', logOf('crash'), '--agent', logModuleOf('approval'))
  expect(other.err).toMatch(/exports no agent named "clerk", which the log is of; it exports cashier\.\n$/)
  expect(other.code).toBe(2)
  const broken = file('broken.mjs', 'throw new Error("no key")')
  expect(await toolloop('replay', logOf('crash'), '--agent', broken)).toEqual({
    out: '',
    err: `toolloop: ${broken} cannot be imported: no key\n`,
    code: 2,
  })
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
  for (const name of [[], ['view'], ['describe'], ['diff'], ['replay'], ['fork'], ['doctor'], ['mcp']]) {
    const { out, err, code } = await toolloop(...name, '--help')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Usage: toolloop [^]*\nExamples:\n {2}\$ toolloop /)
    expect(page).toContain(out.trim())
  }
  expect(await toolloop()).toMatchObject({ out: '', code: 2, err: (await toolloop('--help')).out })
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
    logOf('crash'),
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
      if (/\ndata: .*\n\n$/.test(text)) break
    }
    expect(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null')).toBe(readFileSync(logOf('crash'), 'utf8'))
  } finally {
    child.kill('SIGINT')
  }
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
}, 60_000)
