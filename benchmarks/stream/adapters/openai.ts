import OpenAI from 'openai'
import { apiKey } from '../../src/adapter.ts'
import { parameters, type StreamAdapter, type Table } from '../adapter.ts'

const tool = (strict: boolean) => ({ type: 'function', function: { name: 'save_rows', strict, parameters } }) as const
const format = { type: 'json_schema', json_schema: { name: 'table', strict: true, schema: parameters } } as const

/** What marks a response format as parsed at every delta; `zodResponseFormat` sets it. */
const parseable = Object.defineProperties(
  { ...format },
  {
    $brand: { value: 'auto-parseable-response-format' },
    $parseRaw: { value: (text: string) => JSON.parse(text) as Table },
  },
)

function answerOf({ choices }: OpenAI.ChatCompletion, length: number): string {
  const message = choices[0]?.message
  const calls = message?.tool_calls?.map((call) => (call.type === 'function' ? call.function.arguments : '')) ?? []
  const answer = (message?.content ?? '') + calls.join('')
  if (length !== answer.length) throw new Error('something was lost')
  return answer
}

export default {
  text(baseURL) {
    const client = new OpenAI({ baseURL, apiKey })
    return async (body) => {
      let length = 0
      const stream = client.chat.completions.stream(body)
      stream.on('content.delta', ({ delta }) => (length += delta.length))
      return answerOf(await stream.finalChatCompletion(), length)
    }
  },
  arguments(baseURL) {
    const client = new OpenAI({ baseURL, apiKey })
    return async (body) => {
      let length = 0
      const stream = client.chat.completions.stream({ ...body, tools: [tool(false)] })
      stream.on('tool_calls.function.arguments.delta', ({ arguments_delta }) => (length += arguments_delta.length))
      return answerOf(await stream.finalChatCompletion(), length)
    }
  },
  partials(baseURL) {
    const client = new OpenAI({ baseURL, apiKey })
    return async (body) => {
      let length = 0
      let rows = 0
      const stream = client.chat.completions.stream({ ...body, tools: [tool(true)] })
      stream.on('tool_calls.function.arguments.delta', ({ arguments_delta, parsed_arguments }) => {
        length += arguments_delta.length
        rows = (parsed_arguments as Table | undefined)?.rows?.length ?? rows
      })
      const answer = answerOf(await stream.finalChatCompletion(), length)
      if (rows === 0) throw new Error('no rows were seen')
      return answer
    }
  },
  object(baseURL) {
    const client = new OpenAI({ baseURL, apiKey })
    return async (body) => {
      let length = 0
      let rows = 0
      const stream = client.chat.completions.stream({ ...body, response_format: parseable })
      stream.on('content.delta', ({ delta, parsed }) => {
        length += delta.length
        rows = (parsed as Table | undefined)?.rows?.length ?? rows
      })
      const answer = answerOf(await stream.finalChatCompletion(), length)
      if (rows === 0) throw new Error('no rows were seen')
      return answer
    }
  },
} satisfies StreamAdapter
