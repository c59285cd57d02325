import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, streamText } from 'ai'
import { type Adapter, apiKey, type Body } from '../adapter.ts'

const split = ({ messages }: Body) => ({
  system: messages.find(({ role }) => role === 'system')?.content ?? '',
  prompt: messages.find(({ role }) => role === 'user')?.content ?? '',
})

export default {
  plain(baseURL) {
    const provider = createOpenAICompatible({ name: 'benchmark', baseURL, apiKey })
    return async (body) => (await generateText({ model: provider(body.model), ...split(body) })).text
  },
  stream(baseURL) {
    const provider = createOpenAICompatible({ name: 'benchmark', baseURL, apiKey })
    return async (body) => {
      let text = ''
      for await (const delta of streamText({ model: provider(body.model), ...split(body) }).textStream) text += delta
      return text
    }
  },
} satisfies Adapter
