// Structured output beside tools: three ways of asking, one way of refusing.
import { OutputError, responseFormat, tool } from '@toolloop/schema'
import {
  call,
  calls,
  checkRequest,
  checkTranscript,
  lastText,
  reply,
  scriptedModel,
  text,
  toolResults,
} from '@toolloop/testing'
import type { Profile } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, outputOf } from '../index.ts'

const Answer = z
  .object({ city: z.string(), degrees: z.number().optional() })
  .refine((answer) => answer.city !== 'Atlantis', { message: 'no such city' })
const good = { city: 'Oslo', degrees: null }
const look = tool({ name: 'look', effects: 'none', execute: () => 'cold' })
const check = checkRequest
const say = (value: unknown) => text(JSON.stringify(value))

describe('native mode', () => {
  it('sends the format with every step and reads the answer', async () => {
    const model = scriptedModel([call('look'), say(good)], { check })
    const result = await agent({ name: 'a', model, tools: [look], output: Answer }).run('go')
    expect(outputOf(result)).toEqual({ city: 'Oslo' })
    for (const request of model.requests)
      expect(request.response_format).toMatchObject({
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true },
      })
  })

  it('takes a response format of a name', async () => {
    const model = scriptedModel([say(good)], { check })
    await agent({ name: 'a', model, output: responseFormat(Answer, { name: 'place' }) }).run('go')
    expect(model.requests[0]?.response_format).toMatchObject({ json_schema: { name: 'place' } })
    expect(JSON.stringify(model.requests[0]?.response_format)).not.toContain('parse')
  })
})

describe('tool mode', () => {
  it('adds the function that gives the answer and requires a call', async () => {
    const model = scriptedModel([call('look'), call('final_answer', good)], { check })
    const result = await agent({ name: 'a', model, tools: [look], output: { schema: Answer, mode: 'tool' } }).run('go')
    expect(outputOf(result)).toEqual({ city: 'Oslo' })
    for (const request of model.requests) {
      expect(request.tools?.map((made) => (made.type === 'function' ? made.function.name : ''))).toEqual([
        'look',
        'final_answer',
      ])
      expect(request.tool_choice).toBe('required')
      expect(request).not.toHaveProperty('response_format')
    }
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it('ends after the siblings settled, with the first answer that fits', async () => {
    const model = scriptedModel([
      calls([
        { name: 'final_answer', args: { city: 1 } },
        { name: 'look' },
        { name: 'final_answer', args: good },
        { name: 'look' },
      ]),
    ])
    const result = await agent({ name: 'a', model, tools: [look], output: { schema: Answer, mode: 'tool' } }).run('go')
    expect(outputOf(result)).toEqual({ city: 'Oslo' })
    expect(result.steps[0]?.calls.map((done) => done.ok)).toEqual([false, true, true, true])
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it('takes an answer in text from a model that will not call', async () => {
    const model = scriptedModel([say(good)])
    expect(outputOf(await agent({ name: 'a', model, output: { schema: Answer, mode: 'tool' } }).run('go'))).toEqual({
      city: 'Oslo',
    })
  })

  it('is the default where the profile says so', async () => {
    const model = scriptedModel([call('final_answer', good)])
    const profile = {
      name: 'x',
      strict: false,
      streamOptions: true,
      parallelToolCalls: true,
      developerRole: false,
      maxCompletionTokens: false,
      nullContent: true,
      invalidArguments: true,
      sendBack: [],
      output: 'tool' as const,
    }
    expect(outputOf(await agent({ name: 'a', model: { ...model, profile }, output: Answer }).run('go'))).toEqual({
      city: 'Oslo',
    })
  })
})

it.each([
  [[look], 'tool'],
  [[], 'native'],
] as const)(
  'a server whose grammar leaves no room for calls is asked by the tool where there are tools',
  async (tools, mode) => {
    const profile: Profile = {
      name: 'x',
      strict: false,
      streamOptions: true,
      parallelToolCalls: true,
      developerRole: false,
      maxCompletionTokens: false,
      nullContent: true,
      invalidArguments: true,
      sendBack: [],
      output: 'native',
      outputWithTools: 'tool',
    }
    const model = scriptedModel([mode === 'tool' ? call('final_answer', good) : say(good)], { profile })
    await agent({ name: 'a', model, tools, output: Answer }).run('go')
    expect('response_format' in model.requests[0]!).toBe(mode === 'native')
  },
)

describe('prompt mode', () => {
  it('writes the schema into the instructions and takes a fenced answer', async () => {
    const model = scriptedModel([reply({ content: '```json\n{"city":"Oslo","degrees":null}\n```' })], { check })
    const result = await agent({
      name: 'a',
      model,
      instructions: 'Be kind.',
      output: { schema: Answer, mode: 'prompt' },
    }).run('go')
    expect(outputOf(result)).toEqual({ city: 'Oslo' })
    expect(model.requests[0]?.messages[0]?.content).toMatch(/^Be kind\.\n\nAnswer with one JSON value[\s\S]*"city"/)
    expect(model.requests[0]).not.toHaveProperty('response_format')
  })
})

describe.each(['native', 'tool', 'prompt'] as const)('an answer that does not fit (%s)', (mode) => {
  const answer = (value: unknown) =>
    mode === 'tool' ? call('final_answer', value as Record<string, unknown>) : say(value)
  const wrong = { city: 7, degrees: null }

  it('goes back once per problem and may be mended', async () => {
    const model = scriptedModel([answer(wrong), answer({ city: 'Atlantis', degrees: null }), answer(good)], { check })
    const result = await agent({ name: 'a', model, tools: [look], output: { schema: Answer, mode } }).run('go')
    expect(outputOf(result)).toEqual({ city: 'Oslo' })
    const told = (index: number) =>
      mode === 'tool' ? toolResults(model.requests[index]!).at(-1)!.content : lastText(model.requests[index]!)
    expect(told(1)).toMatch(/city: .*string/)
    expect(told(2)).toMatch(/no such city/)
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it('ends as an OutputError with the raw text when the retries are spent', async () => {
    const model = scriptedModel([answer(wrong), answer(wrong)])
    const result = await agent({ name: 'a', model, output: { schema: Answer, mode, retries: 1 } }).run('go')
    model.assertUsed()
    expect(result.status).toBe('error')
    const error = result.status === 'error' ? result.error : undefined
    expect(error).toBeInstanceOf(OutputError)
    expect((error as OutputError).text).toBe(JSON.stringify(wrong))
    expect(checkTranscript(result.messages)).toBeUndefined()
  })

  it('is refused by `validate`, which knows the context', async () => {
    const model = scriptedModel([
      answer({ city: 'Rome', degrees: null }),
      answer({ city: 'Bern', degrees: null }),
      answer(good),
    ])
    const result = await agent({
      name: 'a',
      model,
      output: {
        schema: Answer,
        mode,
        validate: ({ city }, { context }: { context: { home: string } }) => {
          if (city === 'Bern') throw new Error('Bern is closed.')
          return city === context.home ? undefined : `Only ${context.home} will do.`
        },
      },
    }).run('go', { context: { home: 'Oslo' } })
    expect(outputOf(result)).toEqual({ city: 'Oslo' })
    const said = JSON.stringify(model.requests[2]?.messages)
    expect(said).toContain('Only Oslo will do.')
    expect(said).toContain('Bern is closed.')
  })
})

describe('tool mode, where several answers meet', () => {
  const Count = z.object({ a: z.number() })
  const two = (second: unknown) =>
    calls([
      { name: 'final_answer', args: { a: 1 } },
      { name: 'final_answer', args: second as Record<string, unknown> },
      { name: 'look' },
    ])
  const run = (script: Parameters<typeof scriptedModel>[0], retries = 2) => {
    const model = scriptedModel(script)
    return {
      model,
      result: agent({ name: 'a', model, tools: [look], output: { schema: Count, mode: 'tool', retries } }).run('go'),
    }
  }

  it('the first that fits counts, here and in the log', async () => {
    const result = await run([two({ a: 2 })]).result
    expect(outputOf(result)).toEqual({ a: 1 })
    expect(result.state.outcome).toEqual({ status: 'done', text: '{"a":1}' })
  })

  it('an invalid one is reported once, in its tool message', async () => {
    const { model, result } = run([call('final_answer', { a: 'no' }), call('final_answer', { a: 3 })])
    expect(outputOf(await result)).toEqual({ a: 3 })
    expect(model.requests[1]?.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool'])
  })

  it('siblings settle before the retries are found spent', async () => {
    const result = await run([calls([{ name: 'final_answer', args: { a: 'no' } }, { name: 'look' }])], 0).result
    expect(result).toMatchObject({ status: 'error', error: { name: 'OutputError' } })
    expect(result.steps[0]?.calls.map((done) => done.content)).toEqual([expect.stringMatching(/a: /), 'cold'])
  })

  it('a whole answer counts, even where a token limit came next', async () => {
    expect(outputOf(await run([call('final_answer', { a: 4 }, { finishReason: 'length' })]).result)).toEqual({ a: 4 })
  })

  it('the error for an unknown tool says that the answer is a tool', async () => {
    const { model, result } = run([call('finish'), call('final_answer', { a: 5 })])
    expect(outputOf(await result)).toEqual({ a: 5 })
    expect(toolResults(model.requests[1]!)[0]?.content).toBe(
      'There is no tool "finish". Available: look, final_answer.',
    )
  })
})

it('the result has the partial answer in `tool` mode too', async () => {
  const model = scriptedModel([call('final_answer', { city: 7, degrees: 3 })])
  const result = await agent({ name: 'a', model, output: { schema: Answer, mode: 'tool', retries: 0 } }).run('go')
  expect(result).toMatchObject({ status: 'error', partial: { city: 7, degrees: 3 } })
})

it('a degenerate answer in a fence takes no time', async () => {
  const model = scriptedModel([text('```json' + '\n'.repeat(20_000) + 'x'), say(good)])
  expect(outputOf(await agent({ name: 'a', model, output: { schema: Answer, mode: 'prompt' } }).run('go'))).toEqual({
    city: 'Oslo',
  })
})

it('only `done` has an output; a refusal and a truncation are what they are', async () => {
  const one = (script: Parameters<typeof scriptedModel>[0]) =>
    agent({ name: 'a', model: scriptedModel(script), output: Answer }).run('go')
  expect(await one([reply({ refusal: 'No.' })])).toMatchObject({ status: 'refused' })
  expect(await one([text('{"city":"Os', { finishReason: 'length' })])).toMatchObject({
    status: 'truncated',
    partial: { city: 'Os' },
  })
})
