import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { mcpTools, serveMcp } from '@toolloop/mcp'
import { call, scriptedModel, text } from '@toolloop/testing'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, outputOf, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const program = join(require.resolve('@modelcontextprotocol/server-filesystem/package.json'), '../dist/index.js')

test('files', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'toolloop-docs-')))
  const model = scriptedModel([
    call('fs_write_file', { path: join(folder, 'tea.txt'), content: 'green' }, { id: 'c1' }),
    text('Written.'),
  ])
  try {
    // #region files
    await using files = await mcpTools(
      { command: 'node', args: [program, folder] },
      {
        prefix: 'fs_',
        include: ['read_text_file', 'list_directory', 'write_file'],
        approve: ['write_file'],
      },
    )
    const clerk = agent({ name: 'clerk', model, tools: files.tools })
    const result = await clerk.run('Write down that tea is green.', { approver: () => ({ approve: true }) })
    // #endregion
    expect(outputOf(result)).toBe('Written.')
    expect(await readFile(join(folder, 'tea.txt'), 'utf8')).toBe('green')
    expect(files.tools.map(({ name }) => name)).toEqual(['fs_read_text_file', 'fs_write_file', 'fs_list_directory'])
    // #region findings
    for (const { tool: name, path, problem, action } of files.findings)
      console.log(`${name} ${path}: ${problem} (${action})`)
    // #endregion
    expect(files.findings).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a server', async () => {
  const add = tool({
    name: 'add',
    parameters: z.object({ a: z.number(), b: z.number() }),
    execute: ({ a, b }) => a + b,
  })
  // #region serve
  const serving = serveMcp([add], { name: 'adder' })
  const answer = (request: Request) => serving.fetch(request) // for any HTTP server
  // #endregion
  const fetch = (url: string | URL, init?: RequestInit) => answer(new Request(url, init))
  const transport = () => new StreamableHTTPClientTransport(new URL('http://adder.invalid'), { fetch })
  await using mcp = await mcpTools(transport)
  const model = scriptedModel([call('add', { a: 1, b: 2 }), text('3')])
  expect(outputOf(await agent({ name: 'a', model, tools: mcp.tools }).run('1 + 2'))).toBe('3')
})
