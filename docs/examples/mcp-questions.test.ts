import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { acceptedContent, createMcpHandler, inputRequired, Server } from '@modelcontextprotocol/server'
import { mcpTools } from '@toolloop/mcp'
import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, memoryLog, outputOf } from 'toolloop'
import { expect, test } from 'vitest'

const requestedSchema = { type: 'object' as const, properties: { account: { type: 'string' as const } } }
const handler = createMcpHandler(() => {
  const server = new Server({ name: 'bank', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', () => ({ tools: [{ name: 'pay', inputSchema: { type: 'object' } }] }))
  server.setRequestHandler('tools/call', (_, { mcpReq }) => {
    const answer = acceptedContent<{ account: string }>(mcpReq.inputResponses, 'account')
    if (answer) return { content: [{ type: 'text', text: `paid from ${answer.account}` }] }
    const account = inputRequired.elicit({ message: 'Which account?', requestedSchema })
    return inputRequired({ inputRequests: { account } })
  })
  return server
})
const fetch = (url: string | URL, init?: RequestInit) => handler.fetch(new Request(url, init))

test('a question', async () => {
  await using mcp = await mcpTools(() => new StreamableHTTPClientTransport(new URL('http://bank.invalid'), { fetch }))
  const model = scriptedModel([call('pay', {}), text('Paid.')])
  const payer = agent({ name: 'payer', model, tools: mcp.tools })
  const log = memoryLog()
  const paused = await payer.run('Pay.', { log })
  if (paused.status !== 'approval') throw new Error(paused.status)
  const request = paused.requests[0]!
  // #region answer
  const decisions = { [request.id]: { input: { account: { action: 'accept', content: { account: 'A1' } } } } }
  const result = await payer.run(undefined, { from: log, decisions })
  // #endregion
  expect(outputOf(result)).toBe('Paid.')
  expect(result.steps[0]?.calls[0]?.content).toBe('paid from A1')
})
