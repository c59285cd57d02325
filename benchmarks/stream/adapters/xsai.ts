import { streamObject, streamText } from 'xsai'
import { z } from 'zod'
import { apiKey } from '../../src/adapter.ts'
import { parameters, type StreamAdapter } from '../adapter.ts'

const schema = z.object({
  rows: z.array(z.object({ id: z.int(), name: z.string(), done: z.boolean(), note: z.string() })),
})
const tools = [{ type: 'function' as const, function: { name: 'save_rows', parameters }, execute: () => 'saved' }]

export default {
  text: (baseURL) => async (body) => {
    let length = 0
    const { textStream, steps } = streamText({ apiKey, baseURL, ...body })
    for await (const delta of textStream) length += delta.length
    const answer = (await steps).at(-1)?.text ?? ''
    if (length !== answer.length) throw new Error('something was lost')
    return answer
  },
  arguments: (baseURL) => async (body) => {
    let length = 0
    const { fullStream, steps } = streamText({ apiKey, baseURL, ...body, tools })
    for await (const event of fullStream) if (event.type === 'tool-call-delta') length += event.argsTextDelta.length
    const answer = ((await steps).at(-1)?.toolCalls ?? []).map((call) => call.args).join('')
    if (length !== answer.length) throw new Error('something was lost')
    return answer
  },
  object: (baseURL) => async (body) => {
    let rows = 0
    const { partialObjectStream } = await streamObject({ apiKey, baseURL, ...body, schema })
    for await (const value of partialObjectStream) rows = value.rows?.length ?? rows
    return `${rows} rows`.padEnd(20)
  },
} satisfies StreamAdapter
