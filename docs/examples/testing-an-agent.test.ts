import {
  call,
  calls,
  checkRequest,
  failure,
  fault,
  lastText,
  scriptedModel,
  scriptedServer,
  text,
  toolResults,
  virtualClock,
  when,
} from '@toolloop/testing'
import { agent, Client, outputOf, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({ city: z.string() }),
  effects: 'none',
  execute: async ({ city }) => (city === 'Oslo' ? 'rain' : 'sun'),
})

const forecaster = agent({
  name: 'forecaster',
  model: 'gpt-5.1',
  instructions: 'Answer in one sentence.',
  tools: [getWeather],
})

test('the forecaster looks at the weather before it answers', async () => {
  await using model = scriptedModel([
    call('get_weather', { city: 'Oslo' }),
    (request) => text(`Take an umbrella: ${lastText(request, 'tool')}.`),
  ])
  const result = await forecaster.with({ model }).run('Should I take an umbrella in Oslo?')
  expect(outputOf(result)).toBe('Take an umbrella: rain.')
  expect(model.requests[0]?.messages[0]).toEqual({ role: 'system', content: 'Answer in one sentence.' })
})

test('two cities are looked up at once', async () => {
  await using model = scriptedModel([
    calls([
      { name: 'get_weather', args: { city: 'Oslo' } },
      { name: 'get_weather', args: { city: 'Rome' } },
    ]),
    (request) => {
      const [oslo, rome] = toolResults(request)
      return text(`${oslo?.content} in ${oslo?.arguments}, ${rome?.content} in ${rome?.arguments}`)
    },
  ])
  expect(outputOf(await forecaster.with({ model }).run('Oslo and Rome?'))).toBe(
    'rain in {"city":"Oslo"}, sun in {"city":"Rome"}',
  )
})

test('concurrent runs get their own answers', async () => {
  await using model = scriptedModel([
    when((request) => lastText(request) === 'Rome?', text('Sun.')),
    when((request) => lastText(request) === 'Oslo?', text('Rain.')),
  ])
  const questions = ['Oslo?', 'Rome?'].map((question) => forecaster.with({ model }).run(question))
  expect((await Promise.all(questions)).map(outputOf)).toEqual(['Rain.', 'Sun.'])
})

test('invalid arguments are reported to the model', async () => {
  await using model = scriptedModel([
    call('get_weather', { town: 'Oslo' }),
    (request) => text(lastText(request, 'tool')),
  ])
  expect(outputOf(await forecaster.with({ model }).run('Oslo?'))).toContain('city')
})

test('a rate limit and a reset connection are retried', async () => {
  await using server = await scriptedServer([
    failure(429, undefined, { 'retry-after-ms': '1' }),
    fault.reset(text('')),
    text('Rain.'),
  ])
  await using client = new Client({ baseURL: server.url, apiKey: 'test' })
  const result = await forecaster.with({ client }).run('Oslo?')
  expect(outputOf(result)).toBe('Rain.')
  expect(server.requests).toHaveLength(3)
})

test('a stream that breaks off ends the run with an error, and the transcript stays valid', async () => {
  const model = scriptedModel(() => fault.cutAt(text('It will rain all day in Oslo.'), 900))
  const result = await forecaster.with({ model, stepRetries: 0 }).stream('Oslo?').result
  expect(result.status).toBe('error')
  expect(checkRequest({ model: 'm', messages: result.messages })).toBeUndefined()
})

test('a tool that takes too long times out, without real waiting', async () => {
  const clock = virtualClock()
  const stuck = tool({ name: 'stuck', timeout: 60_000, execute: () => new Promise<string>(() => {}) })
  const model = scriptedModel([call('stuck'), (request) => text(lastText(request, 'tool'))])
  const run = agent({ name: 'patient', model, tools: [stuck] }).run('Go', { clock })
  await clock.runAll()
  expect(outputOf(await run)).toContain('60')
})
