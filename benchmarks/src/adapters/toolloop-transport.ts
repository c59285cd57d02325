import { Transport } from '@toolloop/transport'
import { type Adapter, apiKey } from '../adapter.ts'

export default {
  plain(baseURL) {
    const client = new Transport({ baseURL, apiKey })
    return async (body) => (await client.create(body)).choices[0]?.message.content ?? ''
  },
  stream(baseURL) {
    const client = new Transport({ baseURL, apiKey })
    return async (body) => {
      let text = ''
      const stream = await client.create({ ...body, stream: true })
      for await (const batch of stream.batches())
        for (const chunk of batch) text += chunk.choices[0]?.delta.content ?? ''
      return text
    }
  },
} satisfies Adapter
