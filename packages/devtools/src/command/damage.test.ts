// Every command on files that are missing, empty, foreign, torn or damaged.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe as described, readRun } from '@toolloop/core'
import { fileLog } from '@toolloop/store'
import { beforeAll, describe, expect, it } from 'vitest'
import { logModuleOf, writeExampleLog } from '../../../../scripts/example-logs.ts'
import { factsIn } from '../test/logs.ts'
import { toolloop } from '../test/toolloop.ts'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-damage-'))
const out = join(folder, 'out')
let whole = ''
let lines: string[] = []
beforeAll(async () => {
  whole = await writeExampleLog('approval', folder)
  lines = readFileSync(whole, 'utf8').trimEnd().split('\n')
})

const file = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Every command that takes a log, with this log. */
const commands: Readonly<Record<string, (log: string) => readonly string[]>> = {
  view: (log) => ['view', log, '--out', out],
  describe: (log) => ['describe', log],
  'diff, as the first': (log) => ['diff', log, whole],
  'diff, as the second': (log) => ['diff', whole, log],
  replay: (log) => ['replay', log, '--agent', logModuleOf('approval')],
  fork: (log) => ['fork', log, '--before', '0', '--out', out],
}

describe.each(Object.entries(commands))('%s', (name, argsOf) => {
  it.each([
    ['missing', 'nowhere.jsonl', undefined, /There is no log at .*nowhere\.jsonl\.\n$/],
    ['empty', 'empty.jsonl', '', /empty\.jsonl: The log is empty: no run has started in it\.\n$/],
    ['blank', 'blank.jsonl', '\n\n', /blank\.jsonl: The log is damaged: line 1 is not a fact\.\n$/],
    ['foreign', 'page.jsonl', '# A page\nwith text\n', /page\.jsonl: The log is damaged: line 1 is not a fact\.\n$/],
    ['foreign JSON', 'package.jsonl', '{"seq":0,"name":"x"}\n', /package\.jsonl: .*fact 0/],
    ['JSON array', 'array.jsonl', '[1,2]\n', /line 1 is not a fact/],
    ['binary', 'image.jsonl', new Uint8Array([0xff, 0xd8, 0, 0x0a, 0xfe]), /line 1 is not a fact/],
    ['truncated to its first bytes', 'start.jsonl', '{"seq":0,"at":17', /The last line is incomplete \(16 char/],
    [
      'of facts without the first',
      'tail.jsonl',
      '{"seq":4,"at":1,"run":"r","path":"","type":"run.pause","callIds":[]}\n',
      /does not begin with `run\.start`|fact 0 has the number 4/,
    ],
  ])(
    'reports a file that is %s in one line, prints nothing, and makes no file',
    async (_title, path, text, message) => {
      rmSync(out, { force: true })
      const log = text === undefined ? join(folder, path) : file(path, text)
      for (const json of [[], ['--json']]) {
        const ended = await toolloop(...argsOf(log), ...json)
        expect([ended.out, ended.code, ended.err.split('\n').length]).toEqual(['', 2, 2])
        expect(ended.err).toMatch(/^toolloop: /)
        expect(ended.err).toMatch(message)
      }
      expect(existsSync(out)).toBe(false)
    },
  )

  it('reports a folder without logs', async () => {
    const empty = join(folder, 'no-logs')
    mkdirSync(empty, { recursive: true })
    expect(await toolloop(...argsOf(empty))).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/has no \.jsonl file/),
    })
  })

  it.each([
    ['torn inside its last line', () => [...lines.slice(0, -1), lines.at(-1)!.slice(0, 30)].join('\n'), -1],
    ['cut off in the middle of a line', () => [...lines.slice(0, 6), lines[6]!.slice(0, 9)].join('\n'), 6],
    ['with garbage in the middle', () => `${lines.with(5, '\u0000\u0000').join('\n')}\n`, 5],
    ['without a line of the middle', () => `${lines.toSpliced(7, 1).join('\n')}\n`, 7],
    ['with a line twice', () => `${lines.toSpliced(4, 0, lines[3]!).join('\n')}\n`, 4],
    ['with two lines joined', () => `${lines.toSpliced(4, 2, lines[4]! + lines[5]!).join('\n')}\n`, 4],
  ])('uses the facts before the damage of a log %s, and says so', async (_title, damage, sound) => {
    rmSync(out, { force: true })
    const text = damage()
    const ended = await toolloop(...argsOf(file('damaged.jsonl', text)))
    expect(ended.code).toBe(1)
    expect(ended.err).toMatch(
      /damaged\.jsonl: (The last line is incomplete|The log is damaged|Two runs wrote to this log at once).*\n$/,
    )
    const facts = lines.slice(0, sound).map((line) => JSON.parse(line) as never)
    const { status, steps } = await readRun(facts)
    switch (name) {
      case 'view':
        expect(readFileSync(out, 'utf8')).toContain('"name":"damaged.jsonl"')
        break
      case 'describe':
        expect(ended.out).toBe(`${await described(facts)}\n`)
        break
      case 'replay':
        expect(ended.out).toBe(`Today's agent does the same over ${steps.length} steps: ${status}.\n`)
        break
      case 'fork':
        expect((await fileLog(out).load()).map(({ seq }) => seq)).toEqual([0])
        break
      default:
        expect(ended.out).toMatch(new RegExp(`^The logs agree up to fact ${facts.length}:\\n`))
    }
    const json = await toolloop(
      ...argsOf(file('damaged.jsonl', text)),
      '--json',
      ...(name === 'fork' ? ['--out', `${out}2`] : []),
    )
    rmSync(`${out}2`, { force: true })
    expect([json.code, json.err]).toEqual([1, ended.err])
    expect(JSON.parse(json.out)).toBeTypeOf('object')
  })
})

it('reads a log that is cut at any byte of its last line', async () => {
  const text = readFileSync(whole)
  const last = Buffer.byteLength(lines.at(-1)!) + 1
  const head = await described(factsIn(lines.slice(0, -1).join('\n')))
  const full = await described(factsIn(lines.join('\n')))
  for (let missing = 0; missing < last; missing++) {
    const { out: shown, code } = await toolloop('describe', file('torn.jsonl', text.subarray(0, text.length - missing)))
    // A line that lost nothing but its line break is a fact.
    expect([missing, shown, code]).toEqual([missing, `${missing < 2 ? full : head}\n`, missing < 2 ? 0 : 1])
  }
})

it('views the logs of a folder that it can read, and names the others', async () => {
  const mixed = join(folder, 'mixed')
  mkdirSync(mixed)
  writeFileSync(join(mixed, 'a.jsonl'), readFileSync(whole))
  writeFileSync(join(mixed, 'b.jsonl'), 'nonsense\n')
  const ended = await toolloop('view', mixed, '--out', out)
  expect(ended).toMatchObject({ code: 1, out: `${out}\n` })
  expect(ended.err).toBe(`${join(mixed, 'b.jsonl')}: The log is damaged: line 1 is not a fact.\n`)
  expect(await toolloop('describe', mixed)).toMatchObject({ code: 2, out: '' })
})
