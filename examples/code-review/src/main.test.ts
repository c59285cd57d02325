// The review as a person starts it, on repositories of its own.
import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ScriptRequest, scriptedServer, text } from '@toolloop/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scriptedReviewer } from './scripted.ts'

const { INIT_CWD: _cwd, OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, OPENAI_MODEL: _model, ...env } = process.env
let base: string
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'code review ü '))))
afterAll(() => rm(base, { recursive: true }))

interface Ended {
  readonly out: string
  readonly err: string
  readonly code: number | null
}

interface Start {
  readonly baseURL?: string
  /** Stops the program when it settles. */
  readonly stop?: Promise<NodeJS.Signals>
}

async function review(args: readonly string[], { baseURL, stop }: Start = {}): Promise<Ended> {
  const program = join(import.meta.dirname, '../../../scripts/demo.ts')
  const child = spawn(process.execPath, ['--conditions=@toolloop/source', program, 'code-review', ...args], {
    env: {
      ...env,
      ...(baseURL !== undefined && { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: baseURL, OPENAI_MODEL: 'scripted' }),
    },
    timeout: 60_000,
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => void (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
  void stop?.then((signal) => child.kill(signal))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { out, err, code }
}

/** Settings of the person who runs the tests change nothing. */
const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    env: {
      ...env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b.example',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b.example',
    },
  })

async function repository(name: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = join(base, name)
  await write(folder, files)
  git(folder, 'init', '--quiet')
  commit(folder)
  return folder
}

async function write(folder: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content)
}

function commit(folder: string): void {
  git(folder, 'add', '.')
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'a')
}

const bad = 'if (a == 2) eval(a)\n// TODO\n'

it('reviews what is not committed, and writes a report', async () => {
  const folder = await repository('report', { 'a.js': 'start()\n', 'old name.js': 'let long = 1\nlet x = 2\n' })
  await rename(join(folder, 'old name.js'), join(folder, 'näme "2".js'))
  await write(folder, { 'a.js': `start()\n${bad}`, 'clean.js': 'let a\n', 'b.bin': Buffer.from([0, 1, 2]) })
  git(folder, 'add', '.')
  git(folder, 'config', 'diff.noprefix', 'true')
  git(folder, 'config', 'color.diff', 'always')
  git(folder, 'config', 'diff.external', 'false')
  const { out, err, code } = await review([folder])
  expect(code).toBe(0)
  expect(err.replace(/ Log: .*/, ' Log: file')).toBe(
    'No OPENAI_API_KEY: a script reviews, over real HTTP.\n2 parts of what is not committed. Log: file\n',
  )
  expect(out.replace(/\d+ \+ \d+ tokens/, 'some tokens')).toBe(`# Review of what is not committed

1 error, 1 warning, 1 note in 2 files.

## \`a.js\`

- **error**, \`a.js:2\`: Call of eval runs input as code (correctness, security)
  - Whoever controls the text controls the process.
  - Fix: Replace it: call of eval runs input as code.

- **warning**, \`a.js:2\`: Loose comparison with == (correctness)
  - It converts types first, so that 0 equals an empty text.
  - Fix: Replace it: loose comparison with ==.

- **note**, \`a.js:3\`: An open TODO (simplicity)
  - The change is not complete.
  - Fix: Replace it: an open todo.

## Not reviewed

- \`b.bin\`: binary
- \`näme "2".js\`: only its name or mode changed

scripted: some tokens
`)
})

it('reviews a range, the last commit where all is committed, and only what is below a folder', async () => {
  const folder = await repository('range', { 'a.js': 'start()\n' })
  await write(folder, { 'a.js': `start()\n${bad}` })
  commit(folder)
  await write(join(folder, 'sub'), { 'b.js': '// TODO\n' })
  commit(folder)
  const titles = async (...args: string[]): Promise<string[]> =>
    [...(await review(args)).out.matchAll(/^(?:# Review of (.*)|- \*\*.*`(.*)`.*)$/gm)].map(
      (found) => found[1] ?? found[2]!,
    )
  expect(await titles(folder)).toEqual(['the last commit', 'sub/b.js:1'])
  expect(await titles(folder, 'HEAD~2..HEAD')).toEqual(['HEAD~2..HEAD', 'a.js:2', 'a.js:2', 'a.js:3', 'sub/b.js:1'])
  expect(await titles(join(folder, 'sub'), 'HEAD~2')).toEqual(['HEAD~2', 'sub/b.js:1'])
})

it.each([
  ['a folder that is in no repository', async () => [base], /is in no git repository\. Pass a folder that is/, 1],
  [
    'a range that git does not know',
    async () => [await repository('unknown', {}), 'nope'],
    /^nope is neither a folder nor a range that git knows/,
    1,
  ],
  ['a range that is an option', async () => [await repository('option', {}), '--', '--output=x'], /Unknown option/, 1],
  ['two ranges', async () => ['a', 'b'], /^One folder and one range, not a b\./, 1],
  [
    'an empty diff',
    async () => [await repository('empty', {}), 'HEAD..HEAD'],
    /^Nothing to review in HEAD\.\.HEAD: the diff is empty\.\n$/,
    0,
  ],
  [
    'a diff of binary files',
    async () => [await repository('binary', { 'a.bin': Buffer.from([0, 1]) })],
    /^Nothing to review in the last commit: only a\.bin \(binary\)\.\n$/,
    0,
  ],
  [
    'a repository without a commit',
    async () => {
      const folder = join(base, 'fresh')
      await mkdir(folder)
      git(folder, 'init', '--quiet')
      return [folder]
    },
    /^Nothing to review in what is not committed: the diff is empty\.\n$/,
    0,
  ],
] satisfies [string, () => Promise<string[]>, RegExp, number][])('says so: %s', async (_, args, says, code) => {
  const ended = await review(await args())
  expect(ended.err).toMatch(says)
  expect(ended).toMatchObject({ out: '', code })
})

it('says when the evaluator never accepts', async () => {
  const folder = await repository('never', { 'a.js': bad })
  await using server = await scriptedServer((request) =>
    isFrom(request, 'You decide') ? text('{"done":false,"advice":"Be\\u001b[31m kind."}') : scriptedReviewer(request),
  )
  const { out, code } = await review([folder], { baseURL: server.url })
  expect(code).toBe(0)
  expect(out).toContain('> The evaluator did not accept these findings: Be [31m kind.\n')
})

it('reviews the rest when a part fails, and only the failed one again', async () => {
  const folder = await repository('fails', { 'a.js': bad, 'b.js': bad })
  let isBroken = true
  const seen: string[] = []
  await using server = await scriptedServer((request) => {
    const isOfB = JSON.stringify(request.messages).includes('b.js')
    if (isFrom(request, 'You review code for bugs')) seen.push(isOfB ? 'b' : 'a')
    return isBroken && isOfB ? text('', { finishReason: 'content_filter' }) : scriptedReviewer(request)
  })
  const failed = await review([folder], { baseURL: server.url })
  expect(failed).toMatchObject({ code: 1, out: '' })
  expect(failed.err).toMatch(/Stage `map\[1\]\S*` failed: .*filtered/)
  isBroken = false
  seen.length = 0
  const { out, code } = await review([folder, '--out', join(folder, 'out.md')], { baseURL: server.url })
  expect({ out, code }).toEqual({ out: '', code: 0 })
  expect(seen).toEqual(['b'])
  expect(await readFile(join(folder, 'out.md'), 'utf8')).toContain('2 errors, 2 warnings, 2 notes in 2 files.')
  // The third run finds the whole review in the log.
  const requests = server.requests.length
  expect((await review([folder], { baseURL: server.url })).out).toContain('2 errors, 2 warnings, 2 notes in 2 files.')
  expect(server.requests.length).toBe(requests)
  expect((await review([folder, '--again'], { baseURL: server.url })).code).toBe(0)
  expect(server.requests.length).toBeGreaterThan(requests)
})

it.each(['SIGINT', 'SIGKILL'] as const)(
  'goes on from its log after %s, without what is done',
  async (signal) => {
    const files = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`${at}.js`, bad]))
    const folder = await repository(signal, files)
    const whole = await review([folder])
    await rm(join(folder, '.git/toolloop'), { recursive: true })
    const stops = [12, 30].map((after) => ({ after, ...Promise.withResolvers<NodeJS.Signals>() }))
    let answered = 0
    const asked = new Map<string, number>()
    await using server = await scriptedServer((request) => {
      // What an abort left of an answer stays in the conversation.
      const key = JSON.stringify(request.messages.slice(0, 2))
      asked.set(key, (asked.get(key) ?? 0) + 1)
      answered++
      for (const { after, resolve } of stops) if (answered === after) resolve(signal)
      return scriptedReviewer(request)
    })
    for (const { promise } of stops) {
      const { out, err, code } = await review([folder], { baseURL: server.url, stop: promise })
      expect({ out, code }).toEqual({ out: '', code: signal === 'SIGINT' ? 130 : null })
      if (signal === 'SIGINT') expect(err).toMatch(/It ended as aborted\.\nStart it again to go on\.\n$/)
    }
    const { out, code } = await review([folder], { baseURL: server.url })
    expect({ out: report(out), code }).toEqual({ out: report(whole.out), code: 0 })
    expect(await readdir(join(folder, '.git/toolloop'))).toHaveLength(1)
    // 8 parts: three reviewers, and two rounds of editor and evaluator. Only what was under way is sent again.
    expect(asked.size).toBe(8 * 7)
    expect([...asked.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(2 * 4 * 3)
  },
  90_000,
)

const isFrom = (request: ScriptRequest, start: string): boolean =>
  JSON.stringify(request.messages[0]).includes(`"content":"${start}`)

/** Without the last line: what was sent again was paid again. */
const report = (out: string): string => out.replace(/scripted: .*/, '')
