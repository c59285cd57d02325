import OpenAI from 'openai'
import { type Adapter, apiKey } from '../adapter.ts'

export default {
  plain(baseURL) {
    const client = new OpenAI({ baseURL, apiKey })
    return async (body) => (await client.chat.completions.create(body)).choices[0]?.message.content ?? ''
  },
  stream(baseURL) {
    const client = new OpenAI({ baseURL, apiKey })
    return async (body) => {
      let text = ''
      const stream = await client.chat.completions.create({ ...body, stream: true })
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      return text
    }
  },
} satisfies Adapter
