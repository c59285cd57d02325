// The demo as a person starts it, and the agent on a folder with a way out.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calls, scriptedServer, text, toolResults } from '@toolloop/testing'
import { Client } from 'toolloop'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clerk, filesOf } from './clerk.ts'
import { makeNotes } from './notes.ts'

const { INIT_CWD: _cwd, OPENAI_API_KEY: _key, ...env } = process.env
let folder: string
beforeEach(async () => void (folder = await realpath(await mkdtemp(join(tmpdir(), 'mcp-files-')))))
afterEach(() => rm(folder, { recursive: true }))

async function demo(...args: readonly string[]): Promise<{ out: string; err: string; code: number | null }> {
  const program = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--conditions=@toolloop/source', program, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => void (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => void (err += data.toString()))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { out, err, code }
}

it('writes the index after an approval', { timeout: 60_000 }, async () => {
  await makeNotes(folder)
  const { out, err, code } = await demo(folder, '--yes')
  expect({ err, code }).toEqual({ err: '', code: 0 })
  expect(out).toMatch(/\? write_file\(.*waits for a decision\n[\s\S]*is approved\n[\s\S]*INDEX\.md is written\.\n$/)
  expect(await readFile(join(folder, 'INDEX.md'), 'utf8')).toBe(
    '- garden.md: Garden\n- kitchen.md: Kitchen\n- travel.md: Travel\n',
  )
})

it('writes nothing without a person, and the model reads why', { timeout: 60_000 }, async () => {
  await makeNotes(folder)
  const { out, err, code } = await demo(folder)
  expect({ err, code }).toEqual({ err: '', code: 0 })
  expect(out).toMatch(/✗ write_file .*There is no person to ask\.\n[\s\S]*Nothing was written\.\n$/)
  await expect(readFile(join(folder, 'INDEX.md'))).rejects.toThrow('ENOENT')
})

it('reports a folder that does not exist', { timeout: 60_000 }, async () => {
  expect(await demo(join(folder, 'none'))).toMatchObject({ code: 1, err: expect.stringContaining('ENOENT') as string })
})

it('reads outside the folder are refused, and only writes wait', { timeout: 60_000 }, async () => {
  const outside = `${folder}-secret.txt`
  await writeFile(outside, 'secret')
  try {
    await using server = await scriptedServer((request) =>
      toolResults(request).length > 0
        ? text('done')
        : calls([
            { name: 'read_text_file', args: { path: outside, head: null, tail: null } },
            { name: 'write_file', args: { path: 'a.txt', content: 'a' } },
          ]),
    )
    await using client = new Client({ apiKey: 'none', baseURL: server.url })
    await using files = await filesOf(folder)
    const result = await clerk(files, 'scripted', client).run('go')
    expect(result.status === 'approval' && result.requests.map(({ name }) => name)).toEqual(['write_file'])
    expect(result.steps[0]?.calls[0]).toMatchObject({ ok: false, content: expect.stringMatching(/denied/i) as string })
  } finally {
    await rm(outside)
  }
})
