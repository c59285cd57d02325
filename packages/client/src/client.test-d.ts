import { customTool, responseFormat, tool, type NoArguments } from '@toolloop/schema'
import type { ContentDelta, ContentDone, DeepPartial } from '@toolloop/stream'
import type { ChunkStream } from '@toolloop/transport'
import type { Completion, CompletionParams, CustomToolCall, FunctionToolCall, ToolCall } from '@toolloop/wire'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import {
  Client,
  type CompletionEvent,
  type CompletionStream,
  type ParsedCompletion,
  type ParseParams,
  type ToolParam,
} from './index.ts'

const client = new Client()
const messages: CompletionParams['messages'] = [{ role: 'user', content: '…' }]
const Step = z.object({ explanation: z.string(), output: z.string().transform(Number) })
type Step = { explanation: string; output: number }
const step = responseFormat(Step, { name: 'step' })
const getWeather = tool({
  name: 'get_weather',
  parameters: z.object({ city: z.string(), unit: z.enum(['c', 'f']).default('c') }),
})
const now = tool({ name: 'now' })
const byHand = { type: 'function', function: { name: 'by_hand' } } as const

describe('create', () => {
  it('returns chunks for a stream, else a completion', () => {
    expectTypeOf(client.chat.completions.create({ model: 'm', messages })).resolves.toEqualTypeOf<Completion>()
    expectTypeOf(
      client.chat.completions.create({ model: 'm', messages, stream: true }),
    ).resolves.toEqualTypeOf<ChunkStream>()
    expectTypeOf(client.chat.completions.create({ model: 'm', messages } as CompletionParams)).resolves.toEqualTypeOf<
      Completion | ChunkStream
    >()
  })

  it('is the same on the older path', () => {
    expectTypeOf(client.beta.chat).toEqualTypeOf(client.chat)
  })
})

describe('parse', () => {
  it('types the answer by its schema, after defaults and transforms', async () => {
    const { choices } = await client.chat.completions.parse({ model: 'm', messages, response_format: step })
    expectTypeOf(choices[0]!.message.parsed).toEqualTypeOf<Step | null>()
    expectTypeOf(choices[0]!.message.content).toEqualTypeOf<string | null>()
    expectTypeOf(choices[0]!.message).toExtend<CompletionParams['messages'][number]>()
  })

  it('has nothing parsed without a schema', async () => {
    const text = await client.chat.completions.parse({ model: 'm', messages })
    expectTypeOf(text.choices[0]!.message.parsed).toEqualTypeOf<null>()
    const json = await client.chat.completions.parse({ model: 'm', messages, response_format: { type: 'json_object' } })
    expectTypeOf(json.choices[0]!.message.parsed).toEqualTypeOf<null>()
  })

  it('types arguments by the name of the tool', async () => {
    const { choices } = await client.chat.completions.parse({
      model: 'm',
      messages,
      tools: [getWeather, now, byHand, customTool({ name: 'shell' })],
    })
    expectTypeOf(choices[0]!.message.parsed).toEqualTypeOf<null>()
    for (const call of choices[0]!.message.tool_calls ?? []) {
      if (call.type === 'custom') expectTypeOf(call).toEqualTypeOf<CustomToolCall>()
      else if (call.function.name === 'get_weather')
        expectTypeOf(call.function.parsed_arguments).toEqualTypeOf<{ city: string; unit: 'c' | 'f' }>()
      else if (call.function.name === 'now') expectTypeOf(call.function.parsed_arguments).toEqualTypeOf<NoArguments>()
      else if (call.function.name === 'by_hand') expectTypeOf(call.function.parsed_arguments).toEqualTypeOf<null>()
    }
    const [call] = choices[0]!.message.tool_calls!
    // @ts-expect-error: nobody has a tool of this name
    if (call?.type === 'function' && call.function.name === 'sing') throw new Error('…')
  })

  it('has calls of any name without tools', async () => {
    const { choices } = await client.chat.completions.parse({ model: 'm', messages })
    const call = choices[0]!.message.tool_calls![0]!
    if (call.type === 'function') expectTypeOf(call.function.name).toEqualTypeOf<string>()
    expectTypeOf(call).toExtend<ToolCall>()
  })

  it('returns a completion, whatever was parsed', () => {
    const parsed = client.chat.completions.parse({ model: 'm', messages, response_format: step, tools: [getWeather] })
    expectTypeOf(parsed).resolves.toExtend<Completion>()
    expectTypeOf(parsed).resolves.toExtend<ParsedCompletion>()
  })

  it('rejects invalid parameters', () => {
    expectTypeOf<ParseParams>().not.toHaveProperty('stream')
    // @ts-expect-error: a stream is what `stream` is for
    void client.chat.completions.parse({ model: 'm', messages, stream: true })
    // @ts-expect-error: a schema needs a name: responseFormat(schema, { name })
    void client.chat.completions.parse({ model: 'm', messages, response_format: Step })
    // @ts-expect-error: no messages
    void client.chat.completions.parse({ model: 'm' })
  })
})

describe('stream', () => {
  const stream = client.chat.completions.stream({ model: 'm', messages, response_format: step, tools: [getWeather] })

  it('types the final answer as parse does', async () => {
    const { message } = (await stream.final()).choices[0]!
    expectTypeOf(message.parsed).toEqualTypeOf<Step | null>()
    const [call] = message.tool_calls!
    if (call?.type === 'function') expectTypeOf(call.function.name).toEqualTypeOf<'get_weather'>()
    expectTypeOf(client.chat.completions.stream({ model: 'm', messages, response_format: step }).final()).toEqualTypeOf(
      client.chat.completions.parse({ model: 'm', messages, response_format: step }),
    )
  })

  it('narrows events by their type', async () => {
    for await (const event of stream) {
      expectTypeOf(event).toEqualTypeOf<
        CompletionEvent<Step, { readonly get_weather: { city: string; unit: 'c' | 'f' } }>
      >()
      if (event.type === 'content.delta') {
        expectTypeOf(event).toEqualTypeOf<ContentDelta<Step>>()
        expectTypeOf(event.parsed).toEqualTypeOf<DeepPartial<Step> | undefined>()
      }
      if (event.type === 'usage') expectTypeOf(event.usage.total_tokens).toEqualTypeOf<number>()
      // @ts-expect-error: there is no such event
      if (event.type === 'content.delta.done') break
    }
  })

  it('narrows arguments by the name of their tool', async () => {
    const tools = [getWeather, now, byHand, customTool({ name: 'shell' })] as const
    for await (const event of client.chat.completions.stream({ model: 'm', messages, tools })) {
      if (event.type !== 'tool_calls.function.arguments.delta' && event.type !== 'tool_calls.function.arguments.done')
        continue
      if (event.name === 'get_weather')
        expectTypeOf(event.parsed).toEqualTypeOf<{ readonly city?: string; readonly unit?: 'c' | 'f' } | undefined>()
      else if (event.name === 'by_hand') expectTypeOf(event.parsed).toBeUnknown()
      // A name that the model invented.
      else if (event.name === 'sing') expectTypeOf(event.parsed).toBeUndefined()
    }
    client.chat.completions
      .stream({ model: 'm', messages, tools })
      .on('tool_calls.function.arguments.done', (event) => {
        if (event.name === 'get_weather') expectTypeOf(event.parsed?.city).toEqualTypeOf<string | undefined>()
      })
  })

  it('knows nothing of arguments without tools, or of tools that are not known here', async () => {
    const some: readonly ToolParam[] = [getWeather]
    client.chat.completions
      .stream({ model: 'm', messages, tools: some })
      .on('tool_calls.function.arguments.delta', ({ name, parsed }) => {
        expectTypeOf(name).toEqualTypeOf<string>()
        expectTypeOf(parsed).toBeUnknown()
      })
    for await (const event of client.chat.completions.stream({ model: 'm', messages }))
      expectTypeOf(event).toEqualTypeOf<CompletionEvent>()
  })

  it('types listeners by the event', () => {
    expectTypeOf(
      stream.on('content.done', (event) => expectTypeOf(event).toEqualTypeOf<ContentDone<Step>>()),
    ).toEqualTypeOf(stream)
    stream.on('call.sealed', ({ call }) => expectTypeOf(call).toEqualTypeOf<FunctionToolCall | CustomToolCall>())
    stream.on('error', ({ error }) => expectTypeOf(error).toBeUnknown())
    // @ts-expect-error: there is no such event
    stream.on('end', () => {})
  })

  it('is a CompletionStream, whatever its types', () => {
    expectTypeOf(stream).toExtend<CompletionStream>()
    expectTypeOf(client.chat.completions.stream({ model: 'm', messages })).toExtend<CompletionStream>()
  })

  it('takes `stream: true`, as other clients want it', () => {
    expectTypeOf(client.chat.completions.stream({ model: 'm', messages, stream: true })).toExtend<CompletionStream>()
  })
})
