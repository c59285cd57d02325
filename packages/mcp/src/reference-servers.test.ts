// The reference servers from npm, driven by an agent with a scripted model.
import { agent } from '@toolloop/core'
import { call, scriptedModel, text } from '@toolloop/testing'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { mcpTools, type McpTools, type McpToolsOptions } from './index.ts'
import { referenceServer } from './test/servers.ts'

/** What the model reads of calls that it makes one after another. */
async function answersTo(mcp: McpTools, calls: readonly (readonly [string, Record<string, unknown>])[]) {
  const model = scriptedModel([...calls.map(([name, args]) => call(name, args)), text('done')])
  const result = await agent({ name: 'a', model, tools: mcp.tools, maxSteps: 50 }).run('go')
  expect(result.status).toBe('done')
  return result.steps.flatMap(({ calls: done }) => done)
}

/** Arguments for every tool of server-everything. */
const everything: readonly (readonly [string, Record<string, unknown>])[] = [
  ['echo', { message: 'hello' }],
  ['get-annotated-message', { messageType: 'success', includeImage: true }],
  ['get-env', {}],
  ['get-resource-links', { count: 2 }],
  ['get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
  ['get-structured-content', { location: 'Chicago' }],
  ['get-sum', { a: 1, b: 2 }],
  ['get-tiny-image', {}],
  ['gzip-file-as-resource', { name: 'a.gz', data: 'data:text/plain,hello', outputType: 'resource' }],
  ['toggle-simulated-logging', {}],
  ['toggle-subscriber-updates', {}],
  ['trigger-long-running-operation', { duration: 0.2, steps: 2 }],
  ['simulate-research-query', { topic: 'tea', ambiguous: false }],
]

it.each<McpToolsOptions['era']>(['auto', 'legacy'])(
  'every tool of server-everything can be called (%s)',
  async (era) => {
    await using mcp = await mcpTools(referenceServer('everything', 'stdio'), { era })
    expect(mcp.findings).toEqual([])
    const called = everything.filter(([name]) => mcp.tools.some((one) => one.name === name))
    expect(mcp.tools.map(({ name }) => name).toSorted()).toEqual(called.map(([name]) => name).toSorted())
    const done = await answersTo(mcp, called)
    const failed = done.filter(({ ok }) => !ok).map(({ name, content }) => `${name}: ${JSON.stringify(content)}`)
    expect(failed.filter((one) => !one.startsWith('simulate-research-query'))).toEqual([])
    expect(done.find(({ name }) => name === 'echo')?.content).toBe('Echo: hello')
    expect(done.find(({ name }) => name === 'get-tiny-image')?.parts).toMatchObject([{ type: 'image_url' }])
  },
)

it('files are written and read through server-filesystem, which refuses what is outside its folder', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'toolloop-mcp-')))
  try {
    await using mcp = await mcpTools(referenceServer('filesystem', folder), { prefix: 'fs_', effects: 'annotations' })
    expect(mcp.tools.find(({ name }) => name === 'fs_read_text_file')?.policy.effects).toBe('none')
    const path = join(folder, 'a.txt')
    const done = await answersTo(mcp, [
      ['fs_write_file', { path, content: 'tea' }],
      ['fs_read_text_file', { path, head: null, tail: null }],
      ['fs_read_text_file', { path: '/etc/hostname', head: null, tail: null }],
    ])
    expect(done.map(({ ok, content }) => [ok, content])).toEqual([
      [true, expect.stringContaining('Successfully wrote')],
      [true, 'tea'],
      [false, expect.stringMatching(/denied/i)],
    ])
    expect(await readFile(path, 'utf8')).toBe('tea')
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('entities are kept by server-memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'toolloop-mcp-'))
  try {
    const server = { ...referenceServer('memory'), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } }
    await using mcp = await mcpTools(server)
    const done = await answersTo(mcp, [
      ['create_entities', { entities: [{ name: 'tea', entityType: 'drink', observations: ['hot'] }] }],
      ['search_nodes', { query: 'hot' }],
    ])
    expect(done.map(({ ok }) => ok)).toEqual([true, true])
    expect(JSON.stringify(done[1]?.content)).toContain('tea')
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('a server that is killed in the middle of a call costs that call, and the next call starts it again', async () => {
  await using mcp = await mcpTools(suicidal)
  const done = await answersTo(mcp, [
    ['die', {}],
    ['live', {}],
  ])
  expect(done.map(({ ok, content }) => [ok, content])).toEqual([
    [false, expect.stringMatching(/^The tool `die` of .* gave no result/)],
    [true, 'alive'],
  ])
})

/** A server that ends its own process while it is called. */
const suicidal = {
  command: process.execPath,
  args: [
    '--eval',
    `process.stdin.setEncoding('utf8')
     let text = ''
     process.stdin.on('data', (piece) => {
       const lines = (text += piece).split('\\n')
       text = lines.pop()
       for (const { id, method, params } of lines.map((line) => JSON.parse(line))) {
         const answer = (result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
         if (method === 'initialize')
           answer({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } })
         else if (method === 'tools/list')
           answer({ tools: ['die', 'live'].map((name) => ({ name, inputSchema: { type: 'object' } })) })
         else if (method === 'tools/call')
           if (params.name === 'die') process.kill(process.pid, 'SIGKILL')
           else answer({ content: [{ type: 'text', text: 'alive' }] })
         else if (id !== undefined)
           console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }))
       }
     })`,
  ],
}
