// The programs of docs/coming-from-openai.md, each run with both libraries against a scripted server.
import { call, calls, failure, scriptedServer, text, type Script, type ScriptedServer } from '@toolloop/testing'
import OpenAI from 'openai'
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import {
  agent,
  chatModel,
  Client,
  LengthFinishReasonError,
  outputOf,
  OutputError,
  RateLimitError,
  readSse,
  responseFormat,
  responseOf,
  type StreamEvent,
  tool,
  toResponse,
} from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

interface Both extends AsyncDisposable {
  readonly server: ScriptedServer
  readonly openai: OpenAI
  readonly client: Client
}

/** Both clients at one server; the script is played to each in turn. */
async function both(script: Script): Promise<Both> {
  const server = await scriptedServer(script)
  const client = new Client({ baseURL: server.url, profile: 'openai', backoff: { initial: 1 } })
  return {
    server,
    openai: new OpenAI({ baseURL: server.url, apiKey: 'test' }),
    client,
    async [Symbol.asyncDispose]() {
      await client.close()
      await server.close()
    },
  }
}

const model = 'gpt-5.1'
const messages = [{ role: 'user' as const, content: 'Weather in Oslo and Rome?' }]
const lookUp = (city: string, unit: string): Promise<string> => Promise.resolve(`${city}: 7 degrees ${unit}`)
const parameters = z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']) })
const twoCities = calls([
  { name: 'get_weather', args: { city: 'Oslo', unit: 'celsius' } },
  { name: 'get_weather', args: { city: 'Rome', unit: 'celsius' } },
])
const Forecast = z.object({ city: z.string(), degrees: z.number() })
const forecast = '{"city":"Oslo","degrees":7}'

test('clients', () => {
  const key = 'sk-…'.replace('…', 'test')
  // #region openai
  const openai = new OpenAI({ apiKey: key, maxRetries: 3, timeout: 60_000 })
  // #endregion
  // #region toolloop
  const client = new Client({ apiKey: key, maxRetries: 3, timeout: 60_000 })
  // #endregion
  expect(openai.baseURL).toBe(client.baseURL)
})

test('tools', async () => {
  await using _ = await both([twoCities, text('Both 7.'), twoCities, text('Both 7.')])
  const { openai, client } = _
  // #region openai
  const runner = openai.chat.completions.runTools({
    model,
    messages,
    tools: [
      zodFunction({
        name: 'get_weather',
        description: 'Weather in a city',
        parameters,
        function: ({ city, unit }) => lookUp(city, unit),
      }),
    ],
  })
  const said = await runner.finalContent()
  // #endregion
  // #region toolloop
  const getWeather = tool({
    name: 'get_weather',
    description: 'Weather in a city',
    parameters,
    effects: 'none', // it only reads: it may start while the model is still talking
    execute: ({ city, unit }) => lookUp(city, unit),
  })
  const forecaster = agent({ name: 'forecaster', model, client, tools: [getWeather] })
  const result = await forecaster.run(messages)
  const answer = outputOf(result)
  // #endregion
  expect([said, answer]).toEqual(['Both 7.', 'Both 7.'])
  expect(result.messages).toHaveLength(runner.messages.length)
})

test('limits', async () => {
  await using _ = await both(() => call('get_weather', { city: 'Oslo', unit: 'celsius' }))
  const { openai, client } = _
  const get_weather = zodFunction({ name: 'get_weather', parameters, function: ({ city, unit }) => lookUp(city, unit) })
  const getWeather = tool({ name: 'get_weather', parameters, execute: ({ city, unit }) => lookUp(city, unit) })
  const runner = openai.chat.completions.runTools({ model, messages, tools: [get_weather] })
  expect(await runner.finalContent()).toBeNull()
  const result = await agent({ name: 'forecaster', model, client, tools: [getWeather], maxSteps: 10 }).run(messages)
  expect(result.status).toBe('limit')
})

test('streamed tools', async () => {
  await using _ = await both([twoCities, text('Both 7.'), twoCities, text('Both 7.')])
  const { openai, client } = _
  const get_weather = zodFunction({ name: 'get_weather', parameters, function: ({ city, unit }) => lookUp(city, unit) })
  const getWeather = tool({ name: 'get_weather', parameters, execute: ({ city, unit }) => lookUp(city, unit) })
  const forecaster = agent({ name: 'forecaster', model, client, tools: [getWeather] })
  const written: string[] = []
  const write = (said: string): void => void written.push(said)
  // #region openai
  const runner = openai.chat.completions
    .runTools({ model, messages, tools: [get_weather], stream: true })
    .on('functionToolCallResult', (content) => write(content))
    .on('content', (delta) => write(delta))
  await runner.finalChatCompletion()
  // #endregion
  const theirs = written.splice(0).join(' ')
  // #region toolloop
  const stream = forecaster
    .stream(messages)
    .on('tool.done', (event) => write(event.ok ? event.output : event.reason))
    .on('content.delta', ({ delta }) => write(delta))
  await stream.result
  // #endregion
  expect(written.join(' ')).toBe(theirs)
})

test('parse', async () => {
  await using _ = await both([text(forecast), text(forecast)])
  const { openai, client } = _
  // #region openai
  const theirs = await openai.chat.completions.parse({
    model,
    messages,
    response_format: zodResponseFormat(Forecast, 'forecast'),
  })
  const before = theirs.choices[0]?.message.parsed?.degrees // number | undefined
  // #endregion
  // #region toolloop
  const ours = await client.chat.completions.parse({
    model,
    messages,
    response_format: responseFormat(Forecast, { name: 'forecast' }),
  })
  const now = ours.choices[0]?.message.parsed?.degrees // number | undefined
  // #endregion
  expect([before, now]).toEqual([7, 7])
})

test('parsed arguments', async () => {
  const oslo = call('get_weather', { city: 'Oslo', unit: 'celsius' })
  await using _ = await both([oslo, oslo])
  const { openai, client } = _
  const printed: unknown[] = []
  const print = (value: unknown): void => void printed.push(value)
  // #region openai
  const theirs = await openai.chat.completions.parse({
    model,
    messages,
    tools: [zodFunction({ name: 'get_weather', parameters })],
  })
  for (const made of theirs.choices[0]?.message.tool_calls ?? [])
    if (made.type === 'function') print(made.function.parsed_arguments)
  // #endregion
  // #region toolloop
  const ours = await client.chat.completions.parse({
    model,
    messages,
    tools: [tool({ name: 'get_weather', parameters })],
  })
  for (const made of ours.choices[0]?.message.tool_calls ?? [])
    if (made.type === 'function') print(made.function.parsed_arguments) // typed by the tool's name
  // #endregion
  expect(printed).toEqual([
    { city: 'Oslo', unit: 'celsius' },
    { city: 'Oslo', unit: 'celsius' },
  ])
})

test('stream', async () => {
  await using _ = await both([text('Rain, all day.'), text('Rain, all day.')])
  const { openai, client } = _
  const written: string[] = []
  const write = (said: string): void => void written.push(said)
  // #region openai
  const theirs = openai.chat.completions.stream({ model, messages, stream_options: { include_usage: true } })
  theirs.on('content.delta', ({ delta }) => write(delta))
  const completion = await theirs.finalChatCompletion()
  // #endregion
  // #region toolloop
  const ours = client.chat.completions.stream({ model, messages })
  for await (const event of ours) if (event.type === 'content.delta') write(event.delta) // or `.on`, as above
  const final = await ours.final()
  // #endregion
  expect(final.choices[0]?.message.content).toBe(completion.choices[0]?.message.content)
  expect(written.join('')).toBe('Rain, all day.Rain, all day.')
})

test('retries', async () => {
  await using _ = await both([failure(503), text('Rain.'), failure(503), text('Rain.')])
  const { openai, client } = _
  const tried: number[] = []
  // #region openai
  const theirs = await openai.chat.completions.create({ model, messages }, { maxRetries: 5, timeout: 20_000 })
  // #endregion
  // #region toolloop
  const ours = await client.chat.completions.create(
    { model, messages },
    {
      maxRetries: 5,
      timeout: { total: 60_000, headers: 20_000, idle: 30_000 }, // a number is the total, over all attempts
      onRetry: ({ attempt }) => tried.push(attempt),
    },
  )
  // #endregion
  expect(ours.choices).toEqual(theirs.choices)
  expect(tried).toEqual([1])
})

test('errors', async () => {
  const cut = text('{"city":"Os', { finishReason: 'length' })
  await using _ = await both([failure(429, undefined, { 'x-should-retry': 'false' }), cut, text('{"city":"Oslo"}')])
  const { client } = _
  const told: string[] = []
  const tell = (said: string): void => void told.push(said)
  for (let turn = 0; turn < 3; turn++) {
    // #region toolloop
    try {
      await client.chat.completions.parse({
        model,
        messages,
        response_format: responseFormat(Forecast, { name: 'forecast' }),
      })
    } catch (error) {
      if (error instanceof RateLimitError) tell(`${error.status} ${error.request_id}`)
      else if (error instanceof LengthFinishReasonError) tell(`cut: ${error.completion.choices[0]?.message.content}`)
      else if (error instanceof OutputError) tell(`does not fit: ${error.issues[0]?.path}`)
      else throw error
    }
    // #endregion
  }
  expect(told).toEqual(['429 req_1', 'cut: {"city":"Os', 'does not fit: degrees'])
})

test('responses', async () => {
  await using _ = await both([text('Rain.'), text('Rain.')])
  const { openai, client } = _
  // #region openai
  const { data, response } = await openai.chat.completions.create({ model, messages }).withResponse()
  const before = response.headers.get('x-request-id')
  // #endregion
  // #region toolloop
  const completion = await client.chat.completions.create({ model, messages })
  const now = responseOf(completion)?.requestId // status, headers, attempts and timing too
  // #endregion
  expect(data.choices).toEqual(completion.choices)
  expect([before, now]).toEqual(['req_1', 'req_2'])
})

test('lists', async () => {
  await using _ = await both(() => text('Rain.'))
  const { openai, client } = _
  for (let turn = 0; turn < 3; turn++) await client.chat.completions.create({ model, messages, store: true })
  const ids: string[] = []
  // #region openai
  for await (const { id } of openai.chat.completions.list({ limit: 2 })) ids.push(id)
  // #endregion
  // #region toolloop
  for await (const { id } of await client.chat.completions.list({ limit: 2 })) ids.push(id)
  // #endregion
  expect(ids.slice(3)).toEqual(ids.slice(0, 3))
  expect(ids).toHaveLength(6)
})

test('browser', async () => {
  await using _ = await both([text('Rain.'), text('Rain.')])
  const { openai, client } = _
  const written: string[] = []
  const write = (said: string): void => void written.push(said)
  // #region openai
  const handleTheirs = () => new Response(openai.chat.completions.stream({ model, messages }).toReadableStream())
  // in the browser
  const theirs = ChatCompletionStream.fromReadableStream(handleTheirs().body!)
  for await (const chunk of theirs) write(chunk.choices[0]?.delta.content ?? '')
  // #endregion
  // #region toolloop
  const handle = () => toResponse(client.chat.completions.stream({ model, messages }))
  // in the browser
  for await (const event of readSse<StreamEvent>(handle())) if (event.type === 'content.delta') write(event.delta)
  // #endregion
  expect(written.join('')).toBe('Rain.Rain.')
})

test('keeping the client', async () => {
  await using _ = await both([text('Rain.')])
  const { openai } = _
  // #region toolloop
  const forecaster = agent({ name: 'forecaster', model: chatModel(openai, 'gpt-5.1') })
  const result = await forecaster.run('Weather in Oslo?')
  // #endregion
  expect(outputOf(result)).toBe('Rain.')
})
