// Run by mcp.test.ts: an MCP server over standard input and output. `good`: one tool; `broken`: tools that cannot be offered
// as they are, with texts that steer a terminal.
import { tool } from '@toolloop/schema'
import { serveMcp } from '@toolloop/mcp'
import { createInterface } from 'node:readline'

const tools: Record<string, readonly object[]> = {
  broken: [
    { name: 'steer', description: '\u001B[2Jcleared\nsecond line', inputSchema: { type: 'object' } },
    { name: 'a.b', inputSchema: { type: 'object', properties: { tags: { type: 'list' } } } },
  ],
}

const mode = process.argv[2] ?? 'good'
if (mode === 'good') {
  const add = tool({
    name: 'add',
    description: process.env['MCP_TEST'] ?? 'Adds',
    effects: 'none',
    execute: () => 'sum',
  })
  await serveMcp([add], { name: 'adder', version: '1.2.3' }).stdio()
} else
  for await (const text of createInterface(process.stdin)) {
    const { id, method } = JSON.parse(text) as { id?: number; method: string }
    const capabilities = { tools: {} }
    const serverInfo = { name: 'bro\u001B[31mken', version: '1' }
    const answers: Record<string, object> = {
      initialize: { result: { protocolVersion: '2025-06-18', capabilities, serverInfo } },
      'tools/list': { result: { tools: tools[mode] } },
    }
    if (id !== undefined) {
      const { [method]: answer = { error: { code: -32601, message: 'Method not found' } } } = answers
      console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
    }
  }
