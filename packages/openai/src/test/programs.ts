// Typical programs for the peer. Where our result differs, the reason stands beside the program.
import { call, calls, chunks, completion, failure as refusal, reply, text, type Reply } from '@toolloop/testing'
import type OpenAI from 'openai'
import * as z from 'zod'
import { failure, type Program } from './peers.ts'
import { recorded } from './recorded.ts'

export interface Case {
  readonly answers: readonly Reply[]
  readonly program: Program
  /** The reason of the difference. */
  readonly differs?: string
  /** Without these fields of the requests' bodies everything is the same. */
  readonly except?: readonly string[]
}

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather in Oslo?' }]
const model = 'gpt-5.1'
const usage = { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 }
const said = text('It rains in Oslo.', { usage })
const Weather = z.object({ city: z.string(), sky: z.enum(['sun', 'rain']), degrees: z.number() })
const weather = '{"city":"Oslo","sky":"rain","degrees":7}'
const rawFormat = {
  type: 'json_schema' as const,
  json_schema: {
    name: 'weather',
    strict: true,
    schema: { type: 'object', properties: {}, additionalProperties: true },
  },
}
const getWeather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'Weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
const strictWeather = { ...getWeather, function: { ...getWeather.function, strict: true } }
const lookUp = ({ city }: { city: string }): string => `Rain in ${city}`
/** A function tool of `runTools`. */
const runnable = (run: (args: { city: string }) => unknown = lookUp): never =>
  ({
    type: 'function',
    function: {
      function: run,
      parse: JSON.parse,
      name: 'get_weather',
      description: 'Weather in a city',
      parameters: getWeather.function.parameters,
    },
  }) as never
const oslo = call('get_weather', { city: 'Oslo' }, { id: 'call_1', usage })
const schemaOfOurs = 'the JSON Schema of a Zod schema: ours holds only what the strict subset allows, without `$schema`'

async function itemsOf(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const item of items) seen.push(item)
  return seen
}

const caught = (work: PromiseLike<unknown>): PromiseLike<unknown> => work.then((value) => ({ value }), failure)

const create: Record<string, Case> = {
  create: { answers: [said], program: ({ client }) => client.chat.completions.create({ model, messages }) },
  'create below beta': {
    answers: [said],
    program: ({ client }) =>
      (client.beta as unknown as { chat: OpenAI['chat'] }).chat.completions.create({ model, messages }),
    differs: 'the peer has dropped `client.beta.chat`; here it still exists, for older programs',
  },
  'create with every parameter': {
    answers: [reply({ choices: [{ content: 'Rain.' }, { content: 'Sun.' }], usage })],
    program: ({ client }) =>
      client.chat.completions.create({
        model,
        messages: [{ role: 'developer', content: 'Be brief.' }, ...messages],
        frequency_penalty: 0.1,
        logit_bias: { '50256': -100 },
        logprobs: true,
        top_logprobs: 2,
        max_completion_tokens: 100,
        metadata: { user: 'ada' },
        modalities: ['text'],
        n: 2,
        parallel_tool_calls: false,
        prediction: { type: 'content', content: 'It rains.' },
        presence_penalty: 0.2,
        prompt_cache_key: 'weather',
        reasoning_effort: 'low',
        response_format: { type: 'text' },
        safety_identifier: 'a1',
        seed: 7,
        service_tier: 'auto',
        stop: ['\n'],
        store: false,
        temperature: 0.5,
        tool_choice: 'auto',
        tools: [getWeather],
        top_p: 0.9,
        user: 'ada',
        verbosity: 'low',
        web_search_options: { search_context_size: 'low' },
      }),
  },
  'create with images': {
    answers: [said],
    program: ({ client }) =>
      client.chat.completions.create({
        model,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is on it?' },
              { type: 'image_url', image_url: { url: 'https://example.com/sky.png', detail: 'low' } },
            ],
          },
        ],
      }),
  },
  'create with audio': {
    answers: [said],
    program: ({ client }) =>
      client.chat.completions.create({
        model,
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'wav' },
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } }] }],
      }),
  },
  'create with a reasoning effort': {
    answers: [said],
    program: ({ client }) => client.chat.completions.create({ model, messages, reasoning_effort: 'high' }),
  },
  'create with a JSON object': {
    answers: [text('{"sky":"rain"}', { usage })],
    program: async ({ client }) => {
      const { choices } = await client.chat.completions.create({
        model,
        messages,
        response_format: { type: 'json_object' },
      })
      return JSON.parse(choices[0]!.message.content!) as unknown
    },
  },
  'create with a JSON Schema': {
    answers: [text(weather, { usage })],
    program: ({ client }) => client.chat.completions.create({ model, messages, response_format: rawFormat }),
  },
  'create with tools, by hand to the answer': {
    answers: [oslo, said],
    program: async ({ client }) => {
      const first = await client.chat.completions.create({ model, messages, tools: [getWeather] })
      const { message } = first.choices[0]!
      const [made] = message.tool_calls!
      const content = made!.type === 'function' ? lookUp(JSON.parse(made!.function.arguments) as { city: string }) : ''
      const result = { role: 'tool' as const, tool_call_id: made!.id, content }
      return client.chat.completions.create({ model, messages: [...messages, message, result], tools: [getWeather] })
    },
  },
  'create with a forced tool': {
    answers: [oslo],
    program: ({ client }) =>
      client.chat.completions.create({
        model,
        messages,
        tools: [getWeather],
        tool_choice: { type: 'function', function: { name: 'get_weather' } },
      }),
  },
  'create with a custom tool': {
    answers: [calls([{ name: 'run', input: 'print(1)', id: 'call_1' }], { usage })],
    program: ({ client }) =>
      client.chat.completions.create({ model, messages, tools: [{ type: 'custom', custom: { name: 'run' } }] }),
  },
  'create with legacy functions': {
    answers: [said],
    program: ({ client }) =>
      client.chat.completions.create({
        model,
        messages,
        functions: [{ name: 'f', parameters: {} }],
        function_call: 'auto',
      }),
  },
  'create with unknown parameters': {
    answers: [said],
    program: ({ client }) =>
      client.chat.completions.create({ model, messages, top_k: 4, extra: { a: [1, null] } } as never),
  },
  'create with undefined parameters': {
    answers: [said],
    program: ({ client }) =>
      client.chat.completions.create({ model, messages, temperature: undefined, tools: undefined } as never),
  },
  'the request id': {
    answers: [said],
    program: async ({ client }) => (await client.chat.completions.create({ model, messages }))['_request_id'],
  },
  'the tokens spent': {
    answers: [said],
    program: async ({ client }) => (await client.chat.completions.create({ model, messages })).usage?.total_tokens,
  },
  withResponse: {
    answers: [said],
    program: async ({ client }) => {
      const { data, response, request_id } = await client.chat.completions.create({ model, messages }).withResponse()
      return [data, response.status, response.headers.get('content-type'), request_id]
    },
  },
  asResponse: {
    answers: [said],
    program: async ({ client }) => {
      const response = await client.chat.completions.create({ model, messages }).asResponse()
      return [response.status, response.ok, await response.json()]
    },
  },
  'then, catch, finally of the promise': {
    answers: [said, refusal(400)],
    program: async ({ client }) => {
      const seen: unknown[] = []
      await client.chat.completions
        .create({ model, messages })
        .then(({ choices }) => seen.push(choices[0]!.message.content))
        .finally(() => seen.push('finally'))
      await client.chat.completions.create({ model, messages }).catch((error: Error) => seen.push(error.message))
      return seen
    },
  },
  'requests side by side': {
    answers: [said, said, said],
    program: async ({ client }) => {
      const all = await Promise.all([1, 2, 3].map(() => client.chat.completions.create({ model, messages })))
      return all.map(({ choices }) => choices[0]!.message.content)
    },
  },
}

const settings: Record<string, Case> = {
  'organisation and project': {
    answers: [said],
    program: ({ OpenAI, baseURL }) =>
      new OpenAI({ baseURL, apiKey: 'sk', organization: 'org', project: 'proj' }).chat.completions.create({
        model,
        messages,
      }),
  },
  'organisation and project of the environment': {
    answers: [said],
    program: async ({ OpenAI, baseURL }) => {
      Object.assign(process.env, { OPENAI_ORG_ID: 'org-env', OPENAI_PROJECT_ID: 'proj-env', OPENAI_API_KEY: 'sk-env' })
      try {
        return await new OpenAI({ baseURL }).chat.completions.create({ model, messages })
      } finally {
        for (const name of ['OPENAI_ORG_ID', 'OPENAI_PROJECT_ID', 'OPENAI_API_KEY']) delete process.env[name]
      }
    },
  },
  'base URL and headers of the environment': {
    answers: [said],
    program: async ({ OpenAI, baseURL }) => {
      Object.assign(process.env, { OPENAI_BASE_URL: baseURL, OPENAI_CUSTOM_HEADERS: 'X-One: 1\nX-Two: a: b' })
      try {
        return await new OpenAI({ apiKey: 'sk' }).chat.completions.create({ model, messages })
      } finally {
        for (const name of ['OPENAI_BASE_URL', 'OPENAI_CUSTOM_HEADERS']) delete process.env[name]
      }
    },
  },
  'no key': {
    answers: [],
    program: async ({ OpenAI, baseURL }) => {
      try {
        return new OpenAI({ baseURL }).baseURL
      } catch (error) {
        return [error instanceof OpenAI.OpenAIError, (error as Error).message.slice(0, 19)]
      }
    },
  },
  'default headers and query': {
    answers: [said],
    program: ({ OpenAI, baseURL }) =>
      new OpenAI({
        baseURL,
        apiKey: 'sk',
        defaultHeaders: { 'X-App': 'weather', 'X-None': null },
        defaultQuery: { region: 'eu' },
      }).chat.completions.create({ model, messages }),
  },
  'headers as a Headers object': {
    answers: [said],
    program: ({ OpenAI, baseURL }) =>
      new OpenAI({
        baseURL,
        apiKey: 'sk',
        defaultHeaders: new Headers({ 'X-App': 'weather' }),
      }).chat.completions.create({ model, messages }, { headers: [['X-Turn', '1']] }),
  },
  'headers and query of one request': {
    answers: [said],
    program: ({ client }) =>
      client.chat.completions.create(
        { model, messages },
        { headers: { 'X-Turn': '2', Authorization: 'Bearer other' }, query: { debug: true, filter: { a: 'b' } } },
      ),
  },
  'a key from a function': {
    answers: [said, said],
    program: async ({ OpenAI, baseURL }) => {
      let count = 0
      const client = new OpenAI({ baseURL, apiKey: async () => `sk-${++count}` })
      await client.chat.completions.create({ model, messages })
      return client.chat.completions.create({ model, messages })
    },
  },
  'a key function that fails': {
    answers: [],
    program: ({ OpenAI, baseURL }) =>
      new OpenAI({
        baseURL,
        maxRetries: 0,
        apiKey: async () => {
          throw new Error('vault is shut')
        },
      }).chat.completions.create({ model, messages }),
  },
  withOptions: {
    answers: [said],
    program: ({ client }) =>
      client.withOptions({ maxRetries: 0, organization: 'other' }).chat.completions.create({ model, messages }),
  },
  'a base URL set later': {
    answers: [said],
    program: async ({ OpenAI, baseURL }) => {
      const client = new OpenAI({ apiKey: 'sk', baseURL: 'http://127.0.0.1:9/v1' })
      client.baseURL = baseURL
      return client.chat.completions.create({ model, messages })
    },
  },
  'a key set later': {
    answers: [said, said],
    program: async ({ client }) => {
      await client.chat.completions.create({ model, messages })
      client.apiKey = 'sk-later'
      return client.chat.completions.create({ model, messages })
    },
  },
  "a fetch of one's own": {
    answers: [said],
    program: async ({ OpenAI, baseURL }) => {
      const seen: unknown[] = []
      const client = new OpenAI({
        baseURL,
        apiKey: 'sk',
        fetch: (url, init) => {
          seen.push([url, init?.method, new Headers(init?.headers).get('authorization'), init?.body])
          return fetch(url, init)
        },
      })
      return [await client.chat.completions.create({ model, messages }), seen]
    },
  },
  Azure: {
    answers: [],
    program: async ({ AzureOpenAI }) => {
      const seen: unknown[] = []
      const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
        const headers = new Headers(init?.headers)
        seen.push([String(url), headers.get('api-key'), headers.get('authorization'), init?.body])
        return Response.json({
          id: 'c',
          object: 'chat.completion',
          created: 1,
          model,
          choices: [{ index: 0, message: { role: 'assistant', content: 'Rain.' }, finish_reason: 'stop' }],
        })
      }
      const options = { apiVersion: '2024-10-21', fetch }
      const clients = [
        new AzureOpenAI({ ...options, apiKey: 'k', endpoint: 'https://name.openai.azure.com/' }),
        new AzureOpenAI({ ...options, apiKey: 'k', endpoint: 'https://name.openai.azure.com', deployment: 'mine' }),
        new AzureOpenAI({ ...options, apiKey: 'k', baseURL: 'https://name.openai.azure.com/openai' }),
        new AzureOpenAI({ ...options, apiKey: 'k', baseURL: 'https://gateway.example/azure' }),
        new AzureOpenAI({ ...options, apiKey: 'k', baseURL: 'https://gateway.example/openai/deployments/fixed' }),
        new AzureOpenAI({
          ...options,
          endpoint: 'https://name.openai.azure.com',
          azureADTokenProvider: async () => 'token',
        }),
      ]
      for (const client of clients) await client.chat.completions.create({ model, messages })
      await clients[0]!.chat.completions.retrieve('chatcmpl-1')
      return seen
    },
  },
  'Azure of the environment': {
    answers: [],
    program: async ({ AzureOpenAI }) => {
      const env = {
        OPENAI_API_VERSION: '2024-10-21',
        AZURE_OPENAI_API_KEY: 'k',
        AZURE_OPENAI_ENDPOINT: 'https://e.example',
      }
      Object.assign(process.env, env)
      try {
        const { baseURL, apiVersion, deploymentName, apiKey } = new AzureOpenAI({ deployment: 'd' })
        return [baseURL, apiVersion, deploymentName, apiKey]
      } finally {
        for (const name of Object.keys(env)) delete process.env[name]
      }
    },
  },
}

const streams: Record<string, Case> = {
  'create with stream': {
    answers: [text('It rains in Oslo.', { usage, deltaSize: 4 })],
    program: async ({ client }) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      let answer = ''
      for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? ''
      return answer
    },
  },
  'every chunk, with the usage': {
    answers: [text('It rains in Oslo.', { usage, deltaSize: 4 })],
    program: async ({ client }) => {
      const seen: unknown[] = []
      const options = { include_usage: true }
      for await (const chunk of await client.chat.completions.create({
        model,
        messages,
        stream: true,
        stream_options: options,
      }))
        seen.push(chunk)
      return seen
    },
  },
  'a stream of tool calls': {
    answers: [
      calls(
        [
          { name: 'a', args: { x: 1 }, id: 'c1' },
          { name: 'b', args: { y: 2 }, id: 'c2' },
        ],
        { deltaSize: 3, usage },
      ),
    ],
    program: async ({ client }) => {
      const byIndex: string[] = []
      for await (const { choices } of await client.chat.completions.create({ model, messages, stream: true }))
        for (const { index, function: body } of choices[0]?.delta.tool_calls ?? [])
          byIndex[index] = (byIndex[index] ?? '') + (body?.name ?? '') + (body?.arguments ?? '')
      return byIndex
    },
  },
  'a stream that is left': {
    answers: [text('one two three four five', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
      return stream.controller.signal.aborted
    },
  },
  'a stream that is aborted': {
    answers: [text('one two three four five', { deltaSize: 4, delay: 5, usage })],
    program: async ({ client }) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      let count = 0
      for await (const _ of stream) if (++count === 2) stream.controller.abort()
      return stream.controller.signal.aborted
    },
  },
  'a stream that is read twice': {
    answers: [said],
    program: async ({ client }) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      for await (const _ of stream);
      try {
        for await (const _ of stream);
        return 'read twice'
      } catch (error) {
        return (error as Error).constructor.name
      }
    },
  },
  tee: {
    answers: [text('It rains.', { deltaSize: 3, usage })],
    program: async ({ client }) => {
      const [left, right] = (await client.chat.completions.create({ model, messages, stream: true })).tee()
      return [await itemsOf(left), await itemsOf(right)]
    },
  },
  'toReadableStream and back': {
    answers: [text('It rains.', { deltaSize: 3, usage })],
    program: async ({ client, Stream }) => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      const seen: unknown[] = []
      for await (const item of Stream.fromReadableStream(stream.toReadableStream(), new AbortController()))
        seen.push(item)
      return seen
    },
  },
  'withResponse of a stream': {
    answers: [text('It rains.', { deltaSize: 3, usage })],
    program: async ({ client }) => {
      const { data, response, request_id } = await client.chat.completions
        .create({ model, messages, stream: true })
        .withResponse()
      let count = 0
      for await (const _ of data) count++
      return [count, response.status, response.headers.get('content-type'), request_id]
    },
  },
  'asResponse of a stream': {
    answers: [text('It rains.', { deltaSize: 3, usage })],
    program: async ({ client }) => {
      const response = await client.chat.completions.create({ model, messages, stream: true }).asResponse()
      return (await response.text()).split('\n').filter((line) => line !== '')
    },
  },
  'an error inside a stream': {
    answers: [
      chunks([
        {
          id: 'c',
          object: 'chat.completion.chunk',
          created: 1,
          model,
          choices: [{ index: 0, delta: { role: 'assistant', content: 'It ' }, finish_reason: null }],
        },
        { error: { message: 'Overloaded.', type: 'server_error', code: 'overloaded', param: null } },
      ]),
    ],
    program: async ({ client }) => {
      for await (const _ of await client.chat.completions.create({ model, messages, stream: true }, { maxRetries: 0 }));
    },
  },
}

const helpers: Record<string, Case> = {
  'stream: text': {
    answers: [text('It rains in Oslo.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } })
      const seen = recorded(stream)
      return [await stream.finalChatCompletion(), seen]
    },
  },
  'stream: every helper': {
    answers: [text('It rains in Oslo.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } })
      return [
        await stream.finalContent(),
        await stream.finalMessage(),
        await stream.totalUsage(),
        await stream.finalFunctionToolCall(),
        await stream.finalFunctionToolCallResult(),
        stream.allChatCompletions(),
        stream.messages,
        [stream.ended, stream.errored, stream.aborted],
        stream.currentChatCompletionSnapshot,
      ]
    },
  },
  'stream: iterated': {
    answers: [text('It rains in Oslo.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const seen: unknown[] = []
      const stream = client.chat.completions.stream({ model, messages })
      for await (const chunk of stream) seen.push(chunk)
      return [seen, await stream.finalContent()]
    },
  },
  'stream: emitted, once and off': {
    answers: [text('It rains in Oslo.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const seen: unknown[] = []
      const stream = client.chat.completions.stream({ model, messages })
      const never = (): unknown => seen.push('never')
      stream
        .once('content', (delta, snapshot) => seen.push([delta, snapshot]))
        .on('content', never)
        .off('content', never)
      seen.push(await stream.emitted('connect'), await stream.emitted('content'), await stream.emitted('finalContent'))
      await stream.done()
      return seen
    },
  },
  'stream: events as an iterator': {
    answers: [text('It rains.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const seen: unknown[] = []
      for await (const [delta] of client.chat.completions.stream({ model, messages }).events('content'))
        seen.push(delta)
      return seen
    },
  },
  'stream: the snapshot of each chunk': {
    answers: [text('It rains.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const seen: unknown[] = []
      const stream = client.chat.completions.stream({ model, messages })
      stream.on('chunk', (_, snapshot) => seen.push(snapshot.choices.map(({ message }) => message.content)))
      await stream.done()
      return seen
    },
  },
  'stream: tool calls': {
    answers: [
      calls(
        [
          { name: 'a', args: { x: 1 }, id: 'c1' },
          { name: 'b', args: { y: 2 }, id: 'c2' },
        ],
        { deltaSize: 3, usage },
      ),
    ],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages, tools: [getWeather] })
      const seen = recorded(stream)
      return [await stream.finalChatCompletion(), await stream.finalFunctionToolCall(), seen]
    },
  },
  'stream: a refusal': {
    answers: [reply({ refusal: 'I will not say.', deltaSize: 5, usage })],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages })
      const seen = recorded(stream)
      return [await stream.finalMessage(), seen]
    },
  },
  'stream: log probabilities': {
    answers: [
      reply({
        content: 'It rains.',
        logprobs: { content: [{ token: 'It', logprob: -0.1, bytes: null, top_logprobs: [] }], refusal: null },
        usage,
      }),
    ],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages, logprobs: true })
      const seen = recorded(stream)
      return [await stream.finalChatCompletion(), seen]
    },
  },
  'stream: a raw JSON Schema': {
    answers: [text(weather, { deltaSize: 6, usage })],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages, response_format: rawFormat })
      const parts: unknown[] = []
      stream.on('content.delta', ({ parsed }) => parts.push(structuredClone(parsed)))
      const { choices } = await stream.finalChatCompletion()
      return [choices[0]!.message.parsed, parts.at(-1)]
    },
  },
  'stream: a strict tool': {
    answers: [oslo],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages, tools: [strictWeather] })
      const { choices } = await stream.finalChatCompletion()
      return choices[0]!.message.tool_calls
    },
  },
  'stream: cut at a limit, with a schema': {
    answers: [text('{"city":"Os', { finishReason: 'length', usage })],
    program: ({ client }) =>
      client.chat.completions.stream({ model, messages, response_format: rawFormat }).finalChatCompletion(),
  },
  'stream: cut at a limit, as text': {
    answers: [text('It rai', { finishReason: 'length', usage })],
    program: async ({ client }) =>
      (await client.chat.completions.stream({ model, messages }).finalChatCompletion()).choices[0],
  },
  'stream: a server that refuses': {
    answers: [refusal(401)],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages })
      const seen = recorded(stream)
      return [await caught(stream.finalContent()), seen, [stream.ended, stream.errored, stream.aborted]]
    },
  },
  'stream: aborted': {
    answers: [text('one two three', { deltaSize: 4, delay: 5, usage })],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages })
      const seen: unknown[] = []
      stream.on('abort', (error) => seen.push(failure(error))).on('end', () => seen.push('end'))
      stream.once('content', () => stream.abort())
      return [await caught(stream.done()), seen, [stream.ended, stream.errored, stream.aborted]]
    },
  },
  'stream: aborted by a signal': {
    answers: [text('one two three', { deltaSize: 4, delay: 5, usage })],
    program: async ({ client }) => {
      const { signal, ...controller } = abortable()
      const stream = client.chat.completions.stream({ model, messages }, { signal })
      stream.once('content', () => controller.abort())
      return caught(stream.finalContent())
    },
  },
  'stream: a listener that throws': {
    answers: [text('one two three', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const stream = client.chat.completions.stream({ model, messages })
      stream.on('content', () => {
        throw new Error('mine')
      })
      return caught(stream.finalContent())
    },
  },
  'stream: to a browser and back': {
    answers: [text('It rains.', { deltaSize: 4, usage })],
    program: async ({ client, ChatCompletionStream }) => {
      const readable = client.chat.completions.stream({ model, messages }).toReadableStream()
      const stream = ChatCompletionStream.fromReadableStream(readable as never)
      const seen = recorded(stream)
      return [await stream.finalContent(), seen]
    },
  },
}

const reading: Record<string, Case> = {
  'parse with a Zod schema': {
    answers: [text(weather, { usage })],
    program: async ({ client, zodResponseFormat }) =>
      (
        await client.chat.completions.parse({
          model,
          messages,
          response_format: zodResponseFormat(Weather, 'weather'),
        })
      ).choices,
    differs: schemaOfOurs,
    except: ['schema', 'parameters'],
  },
  'parse with a raw JSON Schema': {
    answers: [text(weather, { usage })],
    program: ({ client }) => client.chat.completions.parse({ model, messages, response_format: rawFormat }),
  },
  'parse with a strict tool': {
    answers: [oslo],
    program: ({ client }) => client.chat.completions.parse({ model, messages, tools: [strictWeather] }),
  },
  'parse with a Zod function': {
    answers: [oslo],
    program: async ({ client, zodFunction }) => {
      const tools = [zodFunction({ name: 'get_weather', parameters: z.object({ city: z.string() }) })]
      return (await client.chat.completions.parse({ model, messages, tools })).choices[0]!.message.tool_calls
    },
    differs: schemaOfOurs,
    except: ['schema', 'parameters'],
  },
  'parse with a tool that is not strict': {
    answers: [],
    program: async ({ client }) => client.chat.completions.parse({ model, messages, tools: [getWeather] }),
  },
  'parse without a form': {
    answers: [said],
    program: ({ client }) => client.chat.completions.parse({ model, messages }),
  },
  'parse: a refusal': {
    answers: [reply({ refusal: 'No.', usage })],
    program: async ({ client }) =>
      (await client.chat.completions.parse({ model, messages, response_format: rawFormat })).choices[0]!.message,
  },
  'parse: cut at a limit': {
    answers: [text('{"city":', { finishReason: 'length', usage })],
    program: ({ client }) => client.chat.completions.parse({ model, messages, response_format: rawFormat }),
  },
  'parse: withheld by a filter': {
    answers: [text('', { finishReason: 'content_filter', usage })],
    program: ({ client }) => client.chat.completions.parse({ model, messages, response_format: rawFormat }),
  },
  'parse: no JSON': {
    answers: [text('It rains.', { usage })],
    program: ({ client }) => client.chat.completions.parse({ model, messages, response_format: rawFormat }),
  },
  'parse: does not fit the Zod schema': {
    answers: [text('{"city":1,"sky":"rain","degrees":7}', { usage })],
    program: async ({ client, zodResponseFormat }) => {
      const response_format = zodResponseFormat(Weather, 'weather')
      const error = await client.chat.completions
        .parse({ model, messages, response_format })
        .catch((thrown: unknown) => thrown)
      return [error instanceof z.ZodError, (error as z.ZodError).issues]
    },
    differs: schemaOfOurs,
    except: ['schema', 'parameters'],
  },
  'parse with withResponse': {
    answers: [text(weather, { usage })],
    program: async ({ client }) => {
      const { data, response } = await client.chat.completions
        .parse({ model, messages, response_format: rawFormat })
        .withResponse()
      return [data.choices[0]!.message.parsed, (data as { _request_id?: unknown })['_request_id'], response.status]
    },
  },
}

const stored: Record<string, Case> = {
  'stored completions': {
    answers: [text('Rain.', { usage }), text('Sun.', { usage })],
    program: async ({ client }) => {
      const { completions } = client.chat
      const first = await completions.create({ model, messages, store: true, metadata: { turn: '1' } })
      const second = await completions.create({ model, messages, store: true, metadata: { turn: '2' } })
      const kept = await completions.retrieve(first.id)
      const updated = await completions.update(first.id, { metadata: { turn: 'one' } })
      const asked = await completions.messages.list(first.id)
      const deleted = await completions.delete(second.id)
      return [kept, updated, asked.data, asked.has_more, deleted]
    },
  },
  'a list, item by item': {
    answers: [text('a', { usage }), text('b', { usage }), text('c', { usage })],
    program: async ({ client }) => {
      const { completions } = client.chat
      for (const turn of ['1', '2', '3']) await completions.create({ model, messages, store: true, metadata: { turn } })
      const seen: unknown[] = []
      for await (const { id, metadata } of completions.list({ limit: 2, order: 'asc' })) seen.push([id, metadata])
      return seen
    },
  },
  'a list, page by page': {
    answers: [text('a', { usage }), text('b', { usage }), text('c', { usage })],
    program: async ({ client }) => {
      const { completions } = client.chat
      for (const turn of ['1', '2', '3']) await completions.create({ model, messages, store: true, metadata: { turn } })
      const first = await completions.list({ limit: 2, metadata: {} })
      const pages: unknown[] = [first.data.length, first.has_more, first.hasNextPage()]
      const next = await first.getNextPage()
      pages.push(next.getPaginatedItems().length, next.hasNextPage())
      for await (const page of first.iterPages()) pages.push(page.data.length)
      return pages
    },
  },
  'a filtered list': {
    answers: [text('a', { usage }), text('b', { usage })],
    program: async ({ client }) => {
      const { completions } = client.chat
      for (const turn of ['1', '2']) await completions.create({ model, messages, store: true, metadata: { turn } })
      return (await completions.list({ metadata: { turn: '2' }, model })).data.map(({ metadata }) => metadata)
    },
  },
  'behind the last page': {
    answers: [],
    program: async ({ client }) => {
      const page = await client.chat.completions.list()
      const error = await page.getNextPage().catch((thrown: unknown) => thrown)
      return [page.hasNextPage(), (error as Error).constructor.name, (error as Error).message.slice(0, 21)]
    },
  },
  'a completion that is not there': {
    answers: [],
    program: ({ client }) => client.chat.completions.retrieve('chatcmpl-none'),
  },
}

const runs: Record<string, Case> = {
  runTools: {
    answers: [oslo, said],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable()] })
      const seen = recorded(runner)
      return [await runner.finalContent(), runner.messages, await runner.totalUsage(), seen]
    },
  },
  'runTools: streamed': {
    answers: [oslo, text('It rains in Oslo.', { deltaSize: 4, usage })],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({ model, messages, stream: true, tools: [runnable()] })
      const seen: unknown[] = []
      runner.on('functionToolCallResult', (result) => seen.push(result)).on('content', (delta) => seen.push(delta))
      return [await runner.finalContent(), runner.messages, seen, runner.allChatCompletions().length]
    },
  },
  'runTools: functions side by side': {
    answers: [
      calls(
        [
          { name: 'get_weather', args: { city: 'Oslo' }, id: 'c1' },
          { name: 'get_weather', args: { city: 'Rome' }, id: 'c2' },
        ],
        { usage },
      ),
      said,
    ],
    program: async ({ client }) => {
      const order: string[] = []
      const rome = Promise.withResolvers<void>()
      const slowFirst = async ({ city }: { city: string }): Promise<string> => {
        if (city === 'Oslo') await rome.promise
        order.push(city)
        rome.resolve()
        return `Rain in ${city}`
      }
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable(slowFirst)] })
      await runner.done()
      return [order, runner.messages]
    },
  },
  'runTools: one function at a time': {
    answers: [
      calls(
        [
          { name: 'get_weather', args: { city: 'Oslo' }, id: 'c1' },
          { name: 'get_weather', args: { city: 'Rome' }, id: 'c2' },
        ],
        { usage },
      ),
      said,
    ],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({
        model,
        messages,
        parallel_tool_calls: false,
        tools: [runnable()],
      })
      const seen = recorded(runner)
      await runner.done()
      return [runner.messages, seen]
    },
  },
  'runTools: a forced function ends the run': {
    answers: [oslo],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({
        model,
        messages,
        tool_choice: { type: 'function', function: { name: 'get_weather' } },
        tools: [runnable()],
      })
      return [await runner.finalFunctionToolCallResult(), runner.messages]
    },
  },
  'runTools: an unknown function': {
    answers: [call('get_whether', { city: 'Oslo' }, { id: 'c1', usage }), said],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable()] })
      await runner.done()
      return runner.messages
    },
  },
  'runTools: arguments that cannot be read': {
    answers: [call('get_weather', '{"city":', { id: 'c1', usage }), said],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable()] })
      await runner.done()
      return runner.messages
    },
  },
  'runTools: a function that throws': {
    answers: [oslo],
    program: ({ client }) => {
      const runner = client.chat.completions.runTools({
        model,
        messages,
        tools: [
          runnable(() => {
            throw new Error('station is down')
          }),
        ],
      })
      return runner.finalContent()
    },
  },
  'runTools: results of every kind': {
    answers: [oslo, oslo, oslo, said],
    program: async ({ client }) => {
      const results = [{ sky: 'rain' }, undefined, 7]
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable(() => results.shift())] })
      await runner.done()
      return runner.messages
    },
  },
  'runTools: no more than so many answers': {
    answers: [oslo, oslo],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools(
        { model, messages, tools: [runnable()] },
        { maxChatCompletions: 2 },
      )
      return [await runner.finalContent(), runner.allChatCompletions().length, runner.messages]
    },
  },
  'runTools: afterCompletion': {
    answers: [oslo, said],
    program: async ({ client }) => {
      const seen: unknown[] = []
      const runner = client.chat.completions.runTools(
        { model, messages, tools: [runnable()] },
        {
          afterCompletion: async ({ choices }, { messages: all }) =>
            void seen.push([choices[0]!.finish_reason, all.length]),
        },
      )
      await runner.done()
      return seen
    },
  },
  'runTools: messages added on the way': {
    answers: [oslo, said],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools(
        { model, messages, tools: [runnable()] },
        {
          afterCompletion: ({ choices }, { messages: all }) => {
            if (choices[0]!.message.tool_calls) all.push({ role: 'user', content: 'In short.' })
          },
        },
      )
      return [await runner.finalContent(), runner.messages]
    },
  },
  'runTools: a context for functions': {
    answers: [oslo, said],
    program: async ({ client }) => {
      const seen: unknown[] = []
      const runner = client.chat.completions.runTools({
        model,
        messages,
        toolContext: { user: 'ada' },
        tools: [
          {
            type: 'function',
            function: {
              function: (args: string, _: unknown, context: unknown) => void seen.push(args, context),
              name: 'get_weather',
              description: 'Weather',
              parameters: { type: 'object', properties: {} },
            },
          },
        ],
      })
      await runner.done()
      return seen
    },
  },
  'runTools: aborted by a function': {
    answers: [oslo],
    program: async ({ client }) => {
      const runner: { abort(): void; finalContent(): Promise<unknown>; aborted: boolean } =
        client.chat.completions.runTools({ model, messages, tools: [runnable(() => runner.abort())] })
      return [await caught(runner.finalContent()), runner.aborted]
    },
  },
  'runTools: a server that refuses': {
    answers: [oslo, refusal(429)],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable()] }, { maxRetries: 0 })
      return [await caught(runner.finalContent()), runner.messages.length]
    },
  },
  'runTools: cut at a limit': {
    answers: [call('get_weather', '{"city":"Os', { id: 'c1', finishReason: 'length', usage })],
    program: ({ client }) => client.chat.completions.runTools({ model, messages, tools: [runnable()] }).finalContent(),
  },
  'runTools: an answer that says nothing': {
    answers: [reply({ content: null, usage })],
    program: async ({ client }) => {
      const runner = client.chat.completions.runTools({ model, messages, tools: [runnable()] })
      return [await runner.finalContent(), runner.messages]
    },
  },
  'runTools with a Zod function': {
    answers: [oslo, said],
    program: async ({ client, zodFunction }) => {
      const tools = [zodFunction({ name: 'get_weather', parameters: z.object({ city: z.string() }), function: lookUp })]
      const runner = client.chat.completions.runTools({ model, messages, tools })
      await runner.done()
      return runner.messages
    },
    differs: schemaOfOurs,
    except: ['schema', 'parameters'],
  },
  'runTools: to a browser and back': {
    answers: [oslo, said],
    program: async ({ client, ChatCompletionStreamingRunner }) => {
      const runner = client.chat.completions.runTools({ model, messages, stream: true, tools: [runnable()] })
      const again = ChatCompletionStreamingRunner.fromReadableStream(runner.toReadableStream() as never)
      return [await again.finalContent(), again.messages]
    },
  },
}

const errors: Record<string, Case> = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 409, 418, 422, 429, 500, 503].map((status): [string, Case] => [
      `an error ${status}`,
      {
        answers: [refusal(status, { error: { message: 'No.', type: 'kind', param: 'model', code: 'bad' } })],
        program: ({ client }) => client.chat.completions.create({ model, messages }, { maxRetries: 0 }),
      },
    ]),
  ),
  'an error in words': {
    answers: [refusal(502, 'Bad gateway')],
    program: ({ client }) => client.chat.completions.create({ model, messages }, { maxRetries: 0 }),
  },
  'an error without a body': {
    answers: [refusal(500, '')],
    program: ({ client }) => client.chat.completions.create({ model, messages }, { maxRetries: 0 }),
  },
  'an error of another shape': {
    answers: [refusal(400, { detail: 'Not this model' })],
    program: ({ client }) => client.chat.completions.create({ model, messages }),
  },
  'an error by its class': {
    answers: [refusal(404)],
    program: async ({ client, OpenAI }) => {
      try {
        return await client.chat.completions.create({ model, messages })
      } catch (error) {
        if (error instanceof OpenAI.NotFoundError)
          return [error.status, error instanceof OpenAI.APIError, error instanceof Error]
        throw error
      }
    },
  },
  retried: {
    answers: [
      refusal(429, undefined, { 'retry-after-ms': '1' }),
      refusal(500, undefined, { 'retry-after-ms': '1' }),
      said,
    ],
    program: ({ client }) => client.chat.completions.create({ model, messages }),
  },
  'not retried': {
    answers: [refusal(429)],
    program: ({ client }) => client.chat.completions.create({ model, messages }, { maxRetries: 0 }),
  },
  'a quota that is spent': {
    answers: [
      refusal(429, { error: { message: 'Spent.', code: 'insufficient_quota' } }, { 'retry-after-ms': '1' }),
      said,
    ],
    program: ({ client }) => client.chat.completions.create({ model, messages }),
    differs: 'a spent quota is not retried, because every retry would fail',
  },
  'no server at the address': {
    answers: [],
    program: async ({ OpenAI }) => {
      const client = new OpenAI({ apiKey: 'sk', baseURL: 'http://127.0.0.1:9/v1', maxRetries: 0 })
      return client.chat.completions.create({ model, messages })
    },
  },
  'too late': {
    answers: [text('Late.', { delay: 5_000 })],
    program: ({ client }) => client.chat.completions.create({ model, messages }, { timeout: 400, maxRetries: 0 }),
  },
  'a stream that takes longer than the timeout': {
    answers: [text('one two three four', { deltaSize: 4, delay: 150, usage })],
    program: async ({ client }) => {
      let answer = ''
      for await (const chunk of await client.chat.completions.create(
        { model, messages, stream: true },
        { timeout: 400, maxRetries: 0 },
      ))
        answer += chunk.choices[0]?.delta.content ?? ''
      return answer
    },
  },
  'aborted before': {
    answers: [],
    program: ({ client }) => client.chat.completions.create({ model, messages }, { signal: AbortSignal.abort() }),
  },
  'aborted while it waits': {
    answers: [text('Late.', { delay: 5_000 })],
    program: ({ client }) => {
      const { signal, abort } = abortable()
      setTimeout(abort, 300)
      return client.chat.completions.create({ model, messages }, { signal })
    },
  },
  'a 200 that holds an error': {
    answers: [completion({ error: { message: 'Overloaded.', code: 'overloaded' } })],
    program: ({ client }) => client.chat.completions.create({ model, messages }, { maxRetries: 0 }),
    differs: 'an error is thrown; the peer returns the body as if it were a completion',
  },
}

/** An abort controller whose `abort` can be passed on without its object. */
function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** By group, in the order of the manual's table. */
export const programs: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  Create: create,
  Client: settings,
  'Streams of chunks': streams,
  'Streams of events': helpers,
  Parse: reading,
  'Stored completions': stored,
  Tools: runs,
  Errors: errors,
}
