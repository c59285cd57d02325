import { generateText, streamText } from 'xsai'
import { type Adapter, apiKey } from '../adapter.ts'

export default {
  plain: (baseURL) => async (body) => (await generateText({ apiKey, baseURL, ...body })).text ?? '',
  stream: (baseURL) => async (body) => {
    let text = ''
    const { textStream } = await streamText({ apiKey, baseURL, ...body })
    for await (const delta of textStream) text += delta
    return text
  },
} satisfies Adapter
