// One program, written for the OpenAI client and for ours, against the same server: what is sent and what comes back.
import { responseFormat, tool } from '@toolloop/schema'
import { call, failure, reply, scriptedServer, text, type Reply, type SeenRequest } from '@toolloop/testing'
import { APIError as OurAPIError } from '@toolloop/transport'
import OpenAI, { APIError as TheirAPIError } from 'openai'
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { Client } from './index.ts'

const messages = [{ role: 'user' as const, content: 'Oslo?' }]
const Weather = z.object({
  city: z.string().describe('A city'),
  days: z.array(z.object({ sky: z.enum(['sun', 'rain']), degrees: z.number() })),
  note: z.string().nullable(),
})
const weather = '{"city":"Oslo","days":[{"sky":"rain","degrees":7}],"note":null}'
/** Said, not estimated from the length of the request: Zod's own mark in it would count. */
const told = { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 }
const parameters = z.object({ city: z.string(), unit: z.enum(['c', 'f']) })

interface Program {
  readonly answers: readonly Reply[]
  readonly theirs: (client: OpenAI) => Promise<unknown>
  readonly ours: (client: Client) => Promise<unknown>
}

/** What both clients have under the same names: written once, run with each. */
const shared = (answers: readonly Reply[], program: (client: OpenAI) => Promise<unknown>): Program => ({
  answers,
  theirs: program,
  ours: (client) => program(client as unknown as OpenAI),
})

const programs: Record<string, Program> = {
  'a plain answer': shared([text('Rain.')], (client) => client.chat.completions.create({ model: 'm', messages })),

  'every ordinary parameter': shared([reply({ choices: [{ content: 'Rain.' }, { content: 'Sun.' }] })], (client) =>
    client.chat.completions.create({
      model: 'm',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
          ],
        },
      ],
      n: 2,
      temperature: 0.2,
      top_p: 0.9,
      max_completion_tokens: 100,
      stop: ['\n'],
      seed: 1,
      logit_bias: { '50256': -100 },
      reasoning_effort: 'low',
      metadata: { a: 'b' },
      user: 'u',
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
      tool_choice: 'none',
      parallel_tool_calls: false,
      response_format: { type: 'json_object' },
    }),
  ),

  'a tool call': shared([call('get_weather', { city: 'Oslo' }), text('Rain.')], async (client) => {
    const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'get_weather' } }]
    const first = await client.chat.completions.create({ model: 'm', messages, tools })
    const { message } = first.choices[0]!
    const result = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: 'rain' }
    return client.chat.completions.create({ model: 'm', messages: [...messages, message, result], tools })
  }),

  'a stream of chunks': shared([text('It rains in Oslo.')], async (client) => {
    const chunks: unknown[] = []
    const stream = await client.chat.completions.create({
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    for await (const chunk of stream) chunks.push(chunk)
    return chunks
  }),

  'a stored completion': shared([text('Rain.'), text('Sun.')], async (client) => {
    const { completions } = client.chat
    const first = await completions.create({ model: 'm', messages, store: true, metadata: { turn: '1' } })
    const second = await completions.create({ model: 'm', messages, store: true, metadata: { turn: '2' } })
    const kept = await completions.retrieve(first.id)
    const updated = await completions.update(first.id, { metadata: { turn: 'one' } })
    const asked = await completions.messages.list(first.id)
    const listed: string[] = []
    for await (const { id } of await completions.list({ limit: 1, order: 'asc' })) listed.push(id)
    const filtered = (await completions.list({ metadata: { turn: '2' }, model: 'm' })).data.map(({ id }) => id)
    const deleted = await completions.delete(second.id)
    return [kept.metadata, updated.metadata, asked.data, listed, filtered, deleted]
  }),

  'an answer with a schema': {
    answers: [text(weather, { usage: told })],
    theirs: async (client) => {
      const answer = await client.chat.completions.parse({
        model: 'm',
        messages,
        response_format: zodResponseFormat(Weather, 'weather'),
      })
      return [answer.choices[0]!.message.parsed, answer.choices[0]!.message.content, answer.usage]
    },
    ours: async (client) => {
      const answer = await client.chat.completions.parse({
        model: 'm',
        messages,
        response_format: responseFormat(Weather, { name: 'weather' }),
      })
      return [answer.choices[0]!.message.parsed, answer.choices[0]!.message.content, answer.usage]
    },
  },

  'a refusal': {
    answers: [reply({ refusal: 'No.' })],
    theirs: async (client) => {
      const response_format = zodResponseFormat(Weather, 'weather')
      const { message } = (await client.chat.completions.parse({ model: 'm', messages, response_format })).choices[0]!
      return [message.parsed, message.refusal, message.content]
    },
    ours: async (client) => {
      const response_format = responseFormat(Weather, { name: 'weather' })
      const { message } = (await client.chat.completions.parse({ model: 'm', messages, response_format })).choices[0]!
      return [message.parsed, message.refusal, message.content]
    },
  },

  'parsed arguments': {
    answers: [call('get_weather', { city: 'Oslo', unit: 'c' })],
    theirs: async (client) => {
      const tools = [zodFunction({ name: 'get_weather', description: 'The weather', parameters })]
      const { message } = (await client.chat.completions.parse({ model: 'm', messages, tools })).choices[0]!
      const [first] = message.tool_calls!
      return first!.type === 'function' && [first!.id, first!.function.name, first!.function.parsed_arguments]
    },
    ours: async (client) => {
      const tools = [tool({ name: 'get_weather', description: 'The weather', parameters })]
      const { message } = (await client.chat.completions.parse({ model: 'm', messages, tools })).choices[0]!
      const [first] = message.tool_calls!
      return first!.type === 'function' && [first!.id, first!.function.name, first!.function.parsed_arguments]
    },
  },

  'a stream of events': {
    answers: [text(weather, { usage: told, deltaSize: 5 })],
    theirs: async (client) => {
      const stream = client.chat.completions.stream({
        model: 'm',
        messages,
        response_format: zodResponseFormat(Weather, 'weather'),
        stream_options: { include_usage: true },
      })
      const deltas: string[] = []
      stream.on('content.delta', ({ delta }) => deltas.push(delta))
      const { choices, usage, id, model } = await stream.finalChatCompletion()
      return [deltas, choices[0]!.message.parsed, choices[0]!.finish_reason, usage, id, model]
    },
    ours: async (client) => {
      const stream = client.chat.completions.stream({
        model: 'm',
        messages,
        response_format: responseFormat(Weather, { name: 'weather' }),
      })
      const deltas: string[] = []
      stream.on('content.delta', ({ delta }) => deltas.push(delta))
      const { choices, usage, id, model } = await stream.final()
      return [deltas, choices[0]!.message.parsed, choices[0]!.finish_reason, usage, id, model]
    },
  },
}

describe('the same program with both clients', () => {
  it.each(Object.entries(programs))('%s', async (_, { answers, theirs, ours }) => {
    const before = await run(answers, async (baseURL) => theirs(new OpenAI({ baseURL, ...manners })))
    const after = await run(answers, async (baseURL) => {
      await using client = new Client({ baseURL, profile: 'openai', ...manners })
      return await ours(client)
    })
    expect(after.result).toEqual(before.result)
    expect(after.requests).toEqual(before.requests)
    expect(after.requests.length).toBeGreaterThan(0)
  })

  it.each([400, 401, 403, 404, 409, 422, 429, 500, 503])('throws the same for %i', async (status) => {
    const answers = [failure(status, { error: { message: 'No.', type: 't', param: 'p', code: 'c' } })]
    const before = await run(answers, (baseURL) => failing(new OpenAI({ baseURL, ...manners })))
    const after = await run(answers, async (baseURL) => {
      await using client = new Client({ baseURL, ...manners })
      return await failing(client as unknown as OpenAI)
    })
    const [theirs, ours] = [before.result as TheirAPIError, after.result as OurAPIError]
    expect(theirs).toBeInstanceOf(TheirAPIError)
    expect(ours).toBeInstanceOf(OurAPIError)
    for (const key of ['status', 'code', 'param', 'type'] as const) expect(ours[key]).toBe(theirs[key])
    expect(ours.name).toBe(theirs.constructor.name)
    expect(ours.request_id).toBe(theirs.requestID)
  })

  it.each([408, 409, 429, 500, 503])('tries again after %i', async (status) => {
    const answers = [failure(status, undefined, { 'retry-after-ms': '1' }), text('Rain.')]
    const before = await run(answers, (baseURL) => retried(new OpenAI({ baseURL, ...manners })))
    const after = await run(answers, async (baseURL) => {
      await using client = new Client({ baseURL, ...manners })
      return await retried(client as unknown as OpenAI)
    })
    expect(after.result).toEqual(before.result)
    expect(after.requests).toHaveLength(2)
    expect(after.requests).toEqual(before.requests)
  })
})

const failing = async (client: OpenAI): Promise<unknown> =>
  client.chat.completions.create({ model: 'm', messages }, { maxRetries: 0 }).catch((error: unknown) => error)
const retried = async (client: OpenAI): Promise<unknown> =>
  client.chat.completions.create({ model: 'm', messages }, { idempotencyKey: 'k' })

const manners = { apiKey: 'sk-test', organization: 'org', project: 'proj' }

async function run(
  answers: readonly Reply[],
  program: (baseURL: string) => Promise<unknown>,
): Promise<{ result: unknown; requests: unknown[] }> {
  await using server = await scriptedServer(answers)
  const result = await program(server.url)
  return { result: JSON.parse(JSON.stringify(result)) && result, requests: server.requests.map(essence) }
}

/** What a server looks at. Zod's own `$schema` mark says nothing to it. */
function essence({ method, path, query, headers, body }: SeenRequest): unknown {
  const named = ['authorization', 'content-type', 'openai-organization', 'openai-project']
  return {
    method,
    path,
    query,
    headers: Object.fromEntries(named.map((name) => [name, headers[name]])),
    body:
      body === undefined
        ? undefined
        : JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === '$schema' ? undefined : value))),
  }
}
