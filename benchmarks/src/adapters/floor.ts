// The floor: undici, a split into lines, one JSON.parse per event, a string. Nothing is checked, nothing can fail.
import { Pool } from 'undici'
import { type Adapter, apiKey, type Body } from '../adapter.ts'

interface Answer {
  choices: { message: { content: string }; delta: { content?: string } }[]
}

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

export default {
  plain(baseURL) {
    const pool = new Pool(new URL(baseURL).origin)
    return async (body) => {
      const response = await request(pool, body)
      return ((await response.body.json()) as Answer).choices[0]?.message.content ?? ''
    }
  },
  stream(baseURL) {
    const pool = new Pool(new URL(baseURL).origin)
    return async (body: Body) => {
      const response = await request(pool, { ...body, stream: true })
      const decoder = new TextDecoder()
      let text = ''
      let rest = ''
      for await (const bytes of response.body) {
        const lines = rest + decoder.decode(bytes as Uint8Array, { stream: true })
        let start = 0
        for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n', start)) {
          if (lines.startsWith('data: {', start)) {
            const chunk = JSON.parse(lines.slice(start + 6, end)) as Answer
            text += chunk.choices[0]?.delta.content ?? ''
          }
          start = end + 1
        }
        rest = lines.slice(start)
      }
      return text
    }
  },
} satisfies Adapter
