// The programs of getting-started.md print what the page shows, on the script and against a server.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { call, scriptedServer, text } from '@toolloop/testing'
import { expect, it } from 'vitest'

const folder = join(import.meta.dirname, 'examples/getting-started')
const page = readFileSync(join(import.meta.dirname, 'getting-started.md'), 'utf8')
const {
  OPENAI_API_KEY: _key,
  OPENAI_BASE_URL: _url,
  OPENAI_MODEL: _model,
  NODE_TEST_CONTEXT: _test,
  ...env
} = process.env

async function run(options: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@toolloop/source', ...options],
    { cwd: folder, env: { ...env, ...extra }, timeout: 15_000 },
  )
  expect(stderr).toBe('')
  return stdout
}

it.each(['hello.ts', 'ask.ts', 'typed.ts', 'stream.ts'])('%s prints what the page shows', async (file) => {
  const shown = new RegExp(`node ${file}\\n\`\`\`\\n\\n\`\`\`\\n([^]*?)\`\`\``).exec(page)?.[1]
  expect(await run([file])).toBe(shown)
})

it('the test of the page passes', async () => {
  expect(await run(['--test', '--test-reporter=tap', 'forecaster-test.ts'])).toMatch(/# pass 1\n# fail 0\n/)
})

it('a key and a base URL are enough to talk to a server', async () => {
  await using server = await scriptedServer([call('get_weather', { city: 'Oslo' }), text('Stay at home.')])
  const out = await run(['ask.ts'], { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url, OPENAI_MODEL: 'mine' })
  expect(out).toBe('Stay at home.\n2 steps, ended as done\n')
  expect(server.requests.map(({ body }) => (body as { model: string }).model)).toEqual(['mine', 'mine'])
})
