import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkRequest, scriptedServer, type ScriptRequest } from '@toolloop/testing'
import { agent, Client, memoryLog } from 'toolloop'
import { expect, it } from 'vitest'
import { deskOf } from './desk.ts'
import { scriptedDesk } from './scripted.ts'

const { OPENAI_API_KEY: _key, ...env } = process.env
const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  promisify(execFile)(
    process.execPath,
    ['--conditions=@toolloop/source', join(import.meta.dirname, 'main.ts'), ...args],
    {
      env: { ...env, ...more },
      timeout: 60_000,
    },
  )

it('hands a customer from the desk to orders, back, and to refunds', async () => {
  const { stdout } = await start([])
  const lines = stdout.replaceAll(/\d+ ms/g, 'N ms').split('\n')
  expect(lines.filter((line) => /^\[|^>|⇒|begins/.test(line))).toEqual([
    '> Where is my order A-17?',
    '  ⇒ orders',
    '  2:call_3_1 courier begins',
    '[orders]',
    '> It is broken. I want my money back.',
    '  ⇒ desk',
    '  ⇒ refunds',
    '[refunds] 40 euros for A-17',
  ])
}, 60_000)

it('uses the API of the environment, with questions of its own, in requests that a strict server accepts', async () => {
  const read: unknown[] = []
  const script = (request: ScriptRequest) => {
    read.push(request.messages.map(({ role, content }) => [role, content]))
    return scriptedDesk(request)
  }
  await using server = await scriptedServer(script, { check: checkRequest })
  const { stdout } = await start(['I want a refund for B-20.'], {
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: server.url,
    OPENAI_MODEL: 'scripted',
  })
  expect(stdout).toContain('[refunds] 18 euros for B-20')
  // What the specialist reads: the customer's words and what the desk hands along, not the desk's calls.
  expect(read[1]).toEqual([
    ['system', 'Pay the order back, then report it.'],
    ['user', 'I want a refund for B-20.'],
    ['user', 'The desk: order B-20, because it is broken'],
  ])
}, 60_000)

it('is typed by the agent that answered', async () => {
  await using server = await scriptedServer(scriptedDesk)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  const desk = deskOf({ client, model: 'scripted' })
  const log = memoryLog()
  const result = await desk.run('My lamp of A-17 is broken: my money!', { log })
  if (result.status !== 'done' || result.agent !== 'refunds') throw new Error(`It ended as ${result.status}.`)
  expect(result.output.euros satisfies number).toBe(40)
  const other = agent({ name: 'desk', model: 'scripted', client })
  await expect(other.run('And now?', { from: log })).rejects.toThrow(/`refunds`, which agent `desk` does not reach/)
})
