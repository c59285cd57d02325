import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { jsonSchema, streamObject, streamText } from 'ai'
import { apiKey, type Body } from '../../src/adapter.ts'
import { parameters, type StreamAdapter, type Table } from '../adapter.ts'

const split = ({ messages }: Body) => ({
  system: messages.find(({ role }) => role === 'system')?.content ?? '',
  prompt: messages.find(({ role }) => role === 'user')?.content ?? '',
})
const schema = jsonSchema<Table>(parameters as Parameters<typeof jsonSchema>[0])
const provider = (baseURL: string) =>
  createOpenAICompatible({ name: 'benchmark', baseURL, apiKey, supportsStructuredOutputs: true })

export default {
  text(baseURL) {
    const model = provider(baseURL)
    return async (body) => {
      let length = 0
      const result = streamText({ model: model(body.model), ...split(body) })
      for await (const delta of result.textStream) length += delta.length
      const answer = await result.text
      if (length !== answer.length) throw new Error('something was lost')
      return answer
    }
  },
  arguments(baseURL) {
    const model = provider(baseURL)
    return async (body) => {
      let length = 0
      const tools = { save_rows: { inputSchema: schema } }
      const result = streamText({ model: model(body.model), ...split(body), tools })
      for await (const part of result.fullStream) if (part.type === 'tool-input-delta') length += part.delta.length
      const answer = (await result.toolCalls).map(({ input }) => JSON.stringify(input)).join('')
      if (length !== answer.length) throw new Error('something was lost')
      return answer
    }
  },
  object(baseURL) {
    const model = provider(baseURL)
    return async (body) => {
      let rows = 0
      const result = streamObject({ model: model(body.model), ...split(body), schema })
      for await (const value of result.partialObjectStream) rows = value.rows?.length ?? rows
      return `${rows} rows`.padEnd(20)
    }
  },
} satisfies StreamAdapter
