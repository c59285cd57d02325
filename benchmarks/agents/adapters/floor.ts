// The floor: undici, JSON.parse of the answer and of the arguments, the function called, its result appended, again.
// Nothing is checked, nothing can fail, and the whole history is written again for every request.
import { Pool } from 'undici'
import * as z from 'zod'
import { apiKey, type Body } from '../../src/adapter.ts'
import { adapterOf } from '../adapter.ts'
import type { Tool } from '../tools.ts'

interface Call {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}
interface Message {
  role: string
  content: string | null
  tool_calls?: Call[]
  tool_call_id?: string
}
interface Chunk {
  choices: { delta: { content?: string | null; tool_calls?: (Call & { index: number })[] } }[]
}
type Ask = (pool: Pool, body: object) => Promise<Message>

const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
const request = (pool: Pool, body: object) =>
  pool.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    headersTimeout: 0,
    bodyTimeout: 0,
  })

const plain: Ask = async (pool, body) => {
  const response = await request(pool, body)
  return ((await response.body.json()) as { choices: [{ message: Message }] }).choices[0].message
}

const streamed: Ask = async (pool, body) => {
  const response = await request(pool, { ...body, stream: true })
  const decoder = new TextDecoder()
  const calls: Call[] = []
  let content = ''
  let rest = ''
  for await (const bytes of response.body) {
    const lines = rest + decoder.decode(bytes as Uint8Array, { stream: true })
    let start = 0
    for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n', start)) {
      if (lines.startsWith('data: {', start)) {
        const { delta } = (JSON.parse(lines.slice(start + 6, end)) as Chunk).choices[0]!
        if (delta.content) content += delta.content
        for (const { index, ...call } of delta.tool_calls ?? []) {
          const known = calls[index]
          if (known) known.function.arguments += call.function.arguments
          else calls[index] = call
        }
      }
      start = end + 1
    }
    rest = lines.slice(start)
  }
  return { role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls }) }
}

const loop =
  (ask: Ask) =>
  (baseURL: string, { name, description, parameters, execute }: Tool) => {
    const pool = new Pool(new URL(baseURL).origin)
    const tools = [{ type: 'function', function: { name, description, parameters: z.toJSONSchema(parameters) } }]
    return async ({ model, messages: asked }: Body): Promise<string> => {
      const messages: Message[] = [...asked]
      for (;;) {
        const message = await ask(pool, { model, messages, tools })
        if (!message.tool_calls) return message.content ?? ''
        const calls = message.tool_calls.map(async (call): Promise<Message> => {
          const content = await execute(JSON.parse(call.function.arguments) as never)
          return { role: 'tool', tool_call_id: call.id, content }
        })
        messages.push(message, ...(await Promise.all(calls)))
      }
    }
  }

export default adapterOf({ run: loop(plain), stream: loop(streamed) })
