import { call, failure, fault, scriptedModel, text } from '@toolloop/testing'
import { agent, chatModel, Client, fallback, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

test('two servers', async () => {
  const env = { OPENAI_API_KEY: 'a', MISTRAL_API_KEY: 'b' }
  // #region servers
  const openai = new Client({ apiKey: env.OPENAI_API_KEY, maxRetries: 0 })
  const mistral = new Client({ apiKey: env.MISTRAL_API_KEY, baseURL: 'https://api.mistral.ai/v1' })
  const model = fallback([chatModel(openai, 'gpt-5.1'), chatModel(mistral, 'mistral-large-latest')])
  const clerk = agent({ name: 'clerk', model, instructions: 'Answer briefly.' })
  // #endregion
  expect(clerk.name).toBe('clerk')
  expect(model.name).toBe('fallback(gpt-5.1, mistral-large-latest)')
  await Promise.all([openai.close(), mistral.close()])
})

test('which model served a step', async () => {
  const look = tool({
    name: 'look',
    parameters: z.object({ at: z.string() }),
    effects: 'none',
    execute: ({ at }) => at,
  })
  const model = fallback([
    scriptedModel([call('look', { at: 'Oslo' }), failure(503)], { name: 'primary' }),
    scriptedModel([text('Oslo is fine.')], { name: 'backup' }),
  ])
  const clerk = agent({ name: 'clerk', model, tools: [look] })
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  // #region served
  const result = await clerk.run('How is Oslo?')
  for (const { step, servedBy } of result.steps) print(`step ${step}: ${servedBy}`)
  // #endregion
  expect(lines).toEqual(['step 0: primary', 'step 1: backup'])
})

test('discard what was shown', async () => {
  const model = fallback([
    scriptedModel([fault.error(text('A first try.', { deltaSize: 4 }), 2)], { name: 'primary' }),
    scriptedModel([text('The answer.')], { name: 'backup' }),
  ])
  const clerk = agent({ name: 'clerk', model })
  // #region reset
  let shown = ''
  for await (const event of clerk.stream('How is Oslo?')) {
    if (event.type === 'content.delta') shown += event.delta
    if (event.type === 'step.reset') shown = '' // another model writes the answer anew
  }
  // #endregion
  expect(shown).toBe('The answer.')
})
