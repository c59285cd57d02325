// The reference servers from npm, driven by an agent with a scripted model.
import { agent } from '@toolloop/core'
import { call, scriptedModel, text } from '@toolloop/testing'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { mcpTools, type McpTools, type McpToolsOptions } from './index.ts'
import type { McpServerSpec, StdioServer } from './server.ts'
import { bridged, freePort } from './test/http.ts'
import { referenceServer } from './test/servers.ts'

type Call = readonly [name: string, args: Record<string, unknown>]

/** What the model reads of calls that it makes one after another. */
async function answersTo(mcp: McpTools, calls: readonly Call[]) {
  const model = scriptedModel([...calls.map(([name, args]) => call(name, args)), text('done')])
  const result = await agent({ name: 'a', model, tools: mcp.tools, maxSteps: 50 }).run('go')
  expect(result.status).toBe('done')
  return result.steps.flatMap(({ calls: done }) => done)
}

/** Arguments for every tool of server-everything. */
const everything: readonly Call[] = [
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
  ['trigger-elicitation-request', {}],
  ['trigger-url-elicitation', { url: 'https://example.com' }],
  ['simulate-research-query', { topic: 'tea', ambiguous: false }],
]

async function everyTool(mcp: McpTools): Promise<void> {
  const called = everything.filter(([name]) => mcp.tools.some((one) => one.name === name))
  expect(mcp.tools.map(({ name }) => name).toSorted()).toEqual(called.map(([name]) => name).toSorted())
  const done = await answersTo(mcp, called)
  const failed = done.filter(({ ok }) => !ok).map(({ name, content }) => `${name}: ${JSON.stringify(content)}`)
  expect(failed.filter((one) => !one.startsWith('simulate-research-query'))).toEqual([])
  const contentOf = (name: string) => done.find((one) => one.name === name)
  expect(contentOf('echo')?.content).toBe('Echo: hello')
  expect(contentOf('get-sum')?.content).toContain('3')
  expect(contentOf('get-structured-content')?.content).toContain('"temperature"')
  expect(contentOf('get-tiny-image')?.parts).toMatchObject([{ type: 'image_url' }])
  expect(JSON.stringify(contentOf('get-resource-links')?.content)).toContain('[resource demo://')
  expect(JSON.stringify(contentOf('get-resource-reference')?.content)).toContain('[resource demo://')
  expect(JSON.stringify(contentOf('gzip-file-as-resource')?.parts)).toContain('"type":"file"')
}

/** How a test reaches a reference server: over stdio, over HTTP through a bridge that speaks both eras, or as it serves itself. */
const ways: readonly (readonly [string, (program: StdioServer) => Promise<Reached>, McpToolsOptions['era']])[] = [
  ['stdio, auto', async (program) => ({ spec: program, close: async () => {} }), 'auto'],
  ['stdio, legacy', async (program) => ({ spec: program, close: async () => {} }), 'legacy'],
  ['HTTP through a bridge, modern', overHttp, 'modern'],
  ['HTTP through a bridge, legacy', overHttp, 'legacy'],
]
interface Reached {
  readonly spec: McpServerSpec
  readonly close: () => Promise<void>
}
async function overHttp(program: StdioServer): Promise<Reached> {
  const server = await bridged(program)
  return { spec: { url: server.url }, close: async () => server[Symbol.asyncDispose]() }
}

describe.each(ways)('over %s', (_, reach, era) => {
  let reached: Reached | undefined
  afterEach(() => reached?.close())

  it('every tool of server-everything can be called', async () => {
    reached = await reach(referenceServer('everything', 'stdio'))
    await using mcp = await mcpTools(reached.spec, { era })
    expect(mcp.findings).toEqual([])
    await everyTool(mcp)
  })

  it('files are written and read through server-filesystem, which refuses what is outside its folder', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'toolloop-mcp-')))
    try {
      reached = await reach(referenceServer('filesystem', folder))
      await using mcp = await mcpTools(reached.spec, { prefix: 'fs_', effects: 'annotations', era })
      expect(mcp.tools.find(({ name }) => name === 'fs_read_text_file')?.policy.effects).toBe('none')
      const path = join(folder, 'a.txt')
      const png = join(folder, 'p.png')
      await writeFile(png, 'png')
      const calls: readonly Call[] = [
        ['fs_write_file', { path, content: 'tea' }],
        ['fs_read_text_file', { path, head: null, tail: null }],
        ['fs_read_file', { path, head: null, tail: null }],
        ['fs_read_media_file', { path: png }],
        ['fs_read_multiple_files', { paths: [path] }],
        ['fs_create_directory', { path: join(folder, 'd') }],
        ['fs_edit_file', { path, edits: [{ oldText: 'tea', newText: 'green tea' }], dryRun: null }],
        ['fs_list_directory', { path: folder }],
        ['fs_list_directory_with_sizes', { path: folder, sortBy: null }],
        ['fs_directory_tree', { path: folder, excludePatterns: null }],
        ['fs_search_files', { path: folder, pattern: '*.txt', excludePatterns: null }],
        ['fs_get_file_info', { path }],
        ['fs_list_allowed_directories', {}],
        ['fs_move_file', { source: path, destination: join(folder, 'b.txt') }],
      ]
      expect(mcp.tools.map(({ name }) => name).toSorted()).toEqual(calls.map(([name]) => name).toSorted())
      const done = await answersTo(mcp, [
        ...calls,
        ['fs_read_text_file', { path: '/etc/hostname', head: null, tail: null }],
      ])
      expect(done.filter(({ ok }) => !ok).map(({ content }) => content)).toEqual([expect.stringMatching(/denied/i)])
      expect(done[1]?.content).toBe('tea')
      expect(done[3]?.parts).toMatchObject([{ type: 'image_url' }])
      expect(done[7]?.content).toContain('[DIR] d')
      expect(await readFile(join(folder, 'b.txt'), 'utf8')).toBe('green tea')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('entities are kept by server-memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'toolloop-mcp-'))
    try {
      const server = { ...referenceServer('memory'), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } }
      reached = await reach(server)
      await using mcp = await mcpTools(reached.spec, { era })
      const tea = { name: 'tea', entityType: 'drink', observations: ['hot'] }
      const cup = { name: 'cup', entityType: 'thing', observations: [] }
      const relation = { from: 'tea', to: 'cup', relationType: 'in' }
      const calls: readonly Call[] = [
        ['create_entities', { entities: [tea, cup] }],
        ['create_relations', { relations: [relation] }],
        ['add_observations', { observations: [{ entityName: 'tea', contents: ['green'] }] }],
        ['search_nodes', { query: 'hot' }],
        ['open_nodes', { names: ['cup'] }],
        ['delete_observations', { deletions: [{ entityName: 'tea', observations: ['hot'] }] }],
        ['delete_relations', { relations: [relation] }],
        ['delete_entities', { entityNames: ['cup'] }],
        ['read_graph', {}],
      ]
      expect(mcp.tools.map(({ name }) => name).toSorted()).toEqual(calls.map(([name]) => name).toSorted())
      const done = await answersTo(mcp, calls)
      expect(done.filter(({ ok }) => !ok)).toEqual([])
      expect(done[3]?.content).toContain('green')
      expect(JSON.parse(done[8]?.content as string)).toEqual({
        entities: [expect.objectContaining({ name: 'tea', observations: ['green'] })],
        relations: [],
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

it.each(['streamableHttp', 'sse'] as const)('server-everything is called as it serves itself (%s)', async (mode) => {
  const port = await freePort()
  const { command, args = [] } = referenceServer('everything', mode)
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    await new Promise<void>((ready) => {
      child.stderr.on('data', (piece: Buffer) => piece.toString().includes(String(port)) && ready())
    })
    const path = mode === 'sse' ? 'sse' : 'mcp'
    await using mcp = await mcpTools({
      url: `http://127.0.0.1:${port}/${path}`,
      transport: mode === 'sse' ? 'sse' : 'http',
    })
    expect(mcp.server).toMatchObject({ era: 'legacy' })
    await everyTool(mcp)
  } finally {
    child.kill()
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
