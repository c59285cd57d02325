// The floor: undici, a split into lines, one JSON.parse per event, a string. Nothing is checked, nothing can fail.
import { Pool } from 'undici'
import { apiKey, type Body } from '../../src/adapter.ts'
import type { StreamAdapter } from '../adapter.ts'

interface Answer {
  choices: { delta: { content?: string; tool_calls?: { index: number; function: { arguments: string } }[] } }[]
}

const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }

function follow(baseURL: string): (body: Body) => Promise<string> {
  const pool = new Pool(new URL(baseURL).origin)
  return async (body) => {
    const response = await pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers,
      body: JSON.stringify({ ...body, stream: true }),
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const decoder = new TextDecoder()
    const calls: string[] = []
    let text = ''
    let rest = ''
    for await (const bytes of response.body) {
      const lines = rest + decoder.decode(bytes as Uint8Array, { stream: true })
      let start = 0
      for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n', start)) {
        if (lines.startsWith('data: {', start)) {
          const { delta } = (JSON.parse(lines.slice(start + 6, end)) as Answer).choices[0] ?? { delta: {} }
          if (delta.content !== undefined) text += delta.content
          for (const call of delta.tool_calls ?? [])
            calls[call.index] = (calls[call.index] ?? '') + call.function.arguments
        }
        start = end + 1
      }
      rest = lines.slice(start)
    }
    return text + calls.join('')
  }
}

export default { text: follow, arguments: follow, partials: follow, object: follow } satisfies StreamAdapter
