// Run by elicitation.test.ts: an agent whose server asks before it pays, with its log in a file. `start` runs until the
// question is logged, and is then killed from outside; `answer` resumes with an answer, an hour later by its clock. Each
// payment is a line in a file.
import { acceptedContent, createMcpHandler, inputRequired, Server } from '@modelcontextprotocol/server'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { agent } from '@toolloop/core'
import { fileLog } from '@toolloop/store'
import { call, scriptedModel, text } from '@toolloop/testing'
import { systemClock } from '@toolloop/wire'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mcpTools } from '../index.ts'

const [, , mode, folder = ''] = process.argv

const schema = { type: 'object' as const, properties: { account: { type: 'string' as const } }, required: ['account'] }
const handler = createMcpHandler(() => {
  const server = new Server({ name: 'bank', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', () => ({ tools: [{ name: 'pay', inputSchema: { type: 'object' } }] }))
  server.setRequestHandler('tools/call', async (_, { mcpReq }) => {
    const answer = acceptedContent<{ account: string }>(mcpReq.inputResponses, 'account')
    if (!answer)
      return inputRequired({
        inputRequests: { account: inputRequired.elicit({ message: 'Which account?', requestedSchema: schema }) },
        requestState: 'payment-7',
      })
    await appendFile(join(folder, 'paid.txt'), `${answer.account} ${String(mcpReq.requestState())}\n`)
    return { content: [{ type: 'text', text: `paid from ${answer.account}` }] }
  })
  return server
})
const connect = () =>
  new StreamableHTTPClientTransport(new URL('http://bank.invalid/mcp'), {
    fetch: (url, init) => handler.fetch(new Request(url, init)),
  })

await using mcp = await mcpTools(connect)
const log = fileLog(join(folder, 'run.jsonl'))
const model = scriptedModel(mode === 'start' ? [call('pay', {}, { id: 'c1' })] : [text('Paid.')])
const payer = agent({ name: 'payer', model, tools: mcp.tools })
if (mode === 'start') {
  // The question is never answered here: the process waits until it is killed.
  setInterval(() => {}, 1000)
  await payer.run('Pay.', { log, approver: (request) => (console.log(JSON.stringify(request)), new Promise(() => {})) })
} else {
  const decisions = { c1: { input: { account: { action: 'accept', content: { account: 'A1' } } } } }
  const clock = { ...systemClock, now: () => Date.now() + 3_600_000 }
  const result = await payer.run(undefined, { from: log, decisions, clock })
  console.log(result.status, JSON.stringify(result.steps[0]?.calls[0]?.content))
}
await handler.close()
