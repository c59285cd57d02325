import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveMcp } from '@toolloop/mcp'
import { tool } from '@toolloop/schema'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../index.ts'

const program = join(import.meta.dirname, '../test/mcp-server.ts')
const stdio = (mode: string) => [process.execPath, '--conditions=@toolloop/source', program, mode]

/** Never answers, and does not end when it is asked to. */
const silent = [
  process.execPath,
  '-e',
  `require('fs').appendFileSync(process.env.PIDS ?? '/dev/null', process.pid + '\\n')
   process.on('SIGTERM', () => {})
   setInterval(() => {}, 1000)`,
]

async function toolloop(args: readonly string[], signal?: AbortSignal) {
  const written = { out: '', err: '' }
  const code = await runCommand(args, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    signal,
  })
  return { ...written, code }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const oneTool = `adder 1.2.3, protocol 2026-07-28: 1 tool, about 58 tokens in each request

tokens  strict  effects     tool    description
    58  yes     none        add     Adds
`

describe('toolloop mcp on a program', () => {
  it('prints its tools and their tokens', async () => {
    expect(await toolloop(['mcp', ...stdio('good')])).toEqual({ out: oneTool, err: '', code: 0 })
  })

  it('prints JSON, and passes variables', async () => {
    const { out, code, err } = await toolloop(['mcp', '--json', '--env', 'MCP_TEST=from=env', ...stdio('good')])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      server: { name: 'adder', version: '1.2.3', protocol: '2026-07-28', era: 'modern' },
      tokens: 59,
      withToolSearch: expect.any(Number) as number,
      tools: [{ name: 'add', description: 'from=env', tokens: 59, strict: true, effects: 'none' }],
      findings: [],
      fingerprints: { add: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
    })
  })

  it('reports what cannot be offered as it is, and shows no control characters', async () => {
    const { out, code } = await toolloop(['mcp', ...stdio('broken')])
    expect(code).toBe(1)
    // oxlint-disable-next-line no-control-regex -- these must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/)
    expect(out).toContain('bro [31mken 1, protocol 2025-06-18: 2 tools')
    expect(out).toContain('[2Jcleared second line\n')
    expect(out).toMatch(
      /2 findings\n! a\.b name: .*\(renamed\)\n! a\.b inputSchema\.properties\.tags\.type: .*repaired/,
    )
  })

  it('ends one that does not answer, within its time, also its process', { timeout: 60_000 }, async () => {
    const pids = join(mkdtempSync(join(tmpdir(), 'toolloop-mcp-')), 'pids')
    const { err, code } = await toolloop(['mcp', '--timeout', '6', '--env', `PIDS=${pids}`, ...silent])
    expect({ err, code }).toEqual({
      err: `toolloop: ${process.execPath} did not answer within 6 s (--timeout).\n`,
      code: 2,
    })
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number)
    for (const pid of started) await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it.each([0, 300])('stops when it is interrupted after %i ms', async (ms) => {
    const stop = new AbortController()
    const ended = toolloop(['mcp', ...silent], stop.signal)
    setTimeout(() => stop.abort(), ms)
    expect(await ended).toEqual({ out: '', err: 'toolloop: Stopped.\n', code: 2 })
  })

  it('shows what one wrote before it died', async () => {
    const { err, code } = await toolloop(['mcp', process.execPath, '-e', 'console.error("no key"); process.exit(1)'])
    expect(err).toMatch(/^toolloop: Could not connect to .*: Connection closed\. It wrote: no key\n$/)
    expect(code).toBe(2)
  })
})

describe('toolloop mcp on an address', () => {
  it('lists over HTTP, with headers', async () => {
    const add = tool({ name: 'add', description: 'Adds', effects: 'none', execute: () => 'sum' })
    const serving = serveMcp([add], { name: 'adder', version: '1.2.3' })
    const tokens: unknown[] = []
    const server = createServer((request, response) => {
      tokens.push(request.headers['x-token'])
      void requestOf(request)
        .then((one) => serving.fetch(one))
        .then(async (answer) => {
          response.writeHead(answer.status, Object.fromEntries(answer.headers))
          response.end(await answer.text())
        })
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
    try {
      expect(await toolloop(['mcp', '--header', 'X-Token: a:b', url])).toEqual({ out: oneTool, err: '', code: 0 })
      expect(new Set(tokens)).toEqual(new Set(['a:b']))
    } finally {
      server.closeAllConnections()
      server.close()
      await serving.close()
    }
  })

  it.each([
    [['mcp', 'http://127.0.0.1:9/mcp'], /^toolloop: Could not connect to http:\/\/127\.0\.0\.1:9: .*\n$/],
    [
      ['mcp', 'http://127.0.0.1:9/mcp', '--json'],
      /^toolloop: After the address nothing may follow: write --json before/,
    ],
    [['mcp', '--env', 'a=b', 'http://127.0.0.1:9/mcp'], /--env is for a program/],
    [['mcp', '--header', 'nonsense', 'http://127.0.0.1:9/mcp'], /--header takes name:value\. Got "nonsense"/],
    [['mcp', '--header', 'a:b', 'node'], /--header and --sse are for an address/],
    [['mcp', 'no-such-program'], /^toolloop: Could not connect to no-such-program: .*ENOENT\n$/],
    [['mcp', '--timeout', 'soon', 'node'], /It must be a number of seconds/],
    [['mcp'], /missing required argument 'server'/],
  ])('explains %j', async (args, message) => {
    const { out, err, code } = await toolloop(args)
    expect({ out, code }).toEqual({ out: '', code: 2 })
    expect(err).toMatch(message)
  })
})

async function requestOf(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const body = request.method === 'POST' ? Buffer.concat(chunks) : null
  return new Request(`http://${request.headers.host}${request.url}`, { method: request.method ?? 'GET', headers, body })
}
