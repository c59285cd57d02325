// The demo as a person runs it.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failure, scriptedServer } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { Folder } from './folder.ts'
import { scriptedExplorer } from './script.ts'

const repository = join(import.meta.dirname, '../../..')
const { INIT_CWD: _cwd, OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, OPENAI_MODEL: _model, ...clean } = process.env

async function demo(args: readonly string[] = [], env: Record<string, string> = {}, program = 'main.ts') {
  const child = spawn(
    process.execPath,
    ['--conditions=@toolloop/source', join(import.meta.dirname, program), ...args],
    { env: { ...clean, ...env }, timeout: 20_000 },
  )
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => void (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { out, err, code }
}

describe('the demo', () => {
  it('says that no model is asked, shows the run, and prints facts that are true of this folder', async () => {
    const { out, err, code } = await demo()
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toMatch(/^No OPENAI_API_KEY: a scripted model answers/)
    expect(out).toMatch(/→ list_folder\({"path":"packages"}\)/)
    expect(out).toMatch(/✓ search_files \d+ ms/)
    // the first of three calls starts, and ends, before the model has written the last one
    expect(out).toMatch(/→ list_folder\([^\n]*\) while the model is still talking\n {2}✓ list_folder[^]*→ search_files/)
    expect(out.match(/"?largest"?\s*:?\s*"?packages\//gi)).toHaveLength(1)
    const [largest] = await (await Folder.open(repository)).list('packages')
    expect(out).toContain(`Largest   packages/${largest?.name} (${largest?.bytes} bytes)`)
    expect(out).toMatch(
      /\d steps, \d+ \+ \d+ tokens, \d+ ms\nIts log: \/.*\.jsonl\nReplay it: .* demo:replay \/.*\.jsonl\n$/,
    )
    const [, file = ''] = /Its log: (.*)/.exec(out) ?? []
    const replayed = await demo([file], {}, 'replay.ts')
    expect(replayed).toMatchObject({ err: '', code: 0 })
    expect(replayed.out).toMatch(/^run .* of explorer: done\n/)
    expect(replayed.out).toContain("Today's agent does the same, over ")
    expect(replayed.out).toContain(` steps. Largest: packages/${largest?.name}`)
  })

  it('explores another folder, whatever is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-'))
    try {
      expect((await demo([folder])).out).toContain('Promises  The folder is empty.')
      await writeFile(join(folder, 'notes.md'), 'Buy bread and cheese for the evening.\n')
      const { out, code } = await demo([folder])
      expect(code).toBe(0)
      expect(out).toContain('Largest   notes.md (38 bytes)\nPromises  Buy bread and cheese for the evening.')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('takes a path from where it was called', async () => {
    const { out } = await demo(['quickstart'], { INIT_CWD: join(repository, 'examples') })
    expect(out).toContain(join(repository, 'examples/quickstart'))
  })

  it('talks to the API that the environment names', async () => {
    await using server = await scriptedServer(scriptedExplorer)
    const { out, code } = await demo([], { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: server.url, OPENAI_MODEL: 'my-model' })
    expect(code).toBe(0)
    expect(out).toContain(`Talking to ${server.url}.`)
    expect(server.requests.every((request) => request.headers['authorization'] === 'Bearer k')).toBe(true)
    expect(server.requests[0]?.body).toMatchObject({ model: 'my-model' })
  })

  it.each([
    ['a wrong folder', ['/nowhere/at/all'], {}, /^There is no folder at \/nowhere\/at\/all\.\n$/],
    [
      'an unreachable endpoint',
      [],
      { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
      /127\.0\.0\.1:9/,
    ],
    ['a base URL that is none', [], { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'nonsense' }, /nonsense/],
  ])('tells %s in one message', async (_title, args, env, message) => {
    const { err, code } = await demo(args, env)
    expect(err).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  })

  it('tells a bad key in one message, without the key', async () => {
    await using server = await scriptedServer([
      failure(401, {
        error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
      }),
    ])
    const { err, out, code } = await demo([], { OPENAI_API_KEY: 'sk-very-secret', OPENAI_BASE_URL: server.url })
    expect(err).toMatch(/401.*Incorrect API key provided/)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(out + err).not.toContain('sk-very-secret')
    expect(code).toBe(1)
  })
})
