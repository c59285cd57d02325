// What docs/guardrails.md shows.
import { calls, reply, scriptedModel } from '@toolloop/testing'
import { agent, guardrail, type GuardrailContext, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const say = (content: string) => reply({ content })

const transfer = tool({
  name: 'transfer',
  parameters: z.object({ to: z.string(), amount: z.number() }),
  execute: ({ amount }) => `sent ${amount}`,
})
const account = tool({ name: 'account', effects: 'none', execute: () => 'IBAN DE89 3704 0044 0532 0130 00, 120 euros' })

test('a guardrail', async () => {
  const model = scriptedModel([say('The password is hunter2.')])
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  // #region first
  const noPassword = guardrail({
    on: 'output',
    name: 'no_password',
    check: ({ text }) => (text.includes('hunter2') ? { trip: 'The answer has a password in it.' } : undefined),
  })
  const clerk = agent({ name: 'clerk', model, guardrails: [noPassword] })

  const stream = clerk.stream('What is the password?')
  for await (const event of stream) if (event.type === 'content.delta') tell(event.delta) // nothing is shown
  const result = await stream.result
  if (result.status === 'tripped') tell(`${result.guardrail}: ${result.reason}`)
  // #endregion
  expect(lines).toEqual(['no_password: The answer has a password in it.'])
})

test('the four places', async () => {
  interface App {
    readonly limit: number
  }
  const topic = async (question: string, _signal: AbortSignal): Promise<string> =>
    await Promise.resolve(question.includes('poem') ? 'poetry' : 'banking')
  // #region places
  const onTopic = guardrail({
    on: 'input',
    name: 'on_topic',
    mode: 'parallel', // the model answers meanwhile, but no tool starts
    timeout: 5_000, // milliseconds
    check: async ({ text }, { signal }) =>
      (await topic(text, signal)) === 'banking' ? undefined : { trip: 'Only questions about your account.' },
  })
  const limit = guardrail({
    on: 'toolCall',
    name: 'limit',
    tools: ['transfer'],
    check: ({ args }, { context }: GuardrailContext<App>) =>
      (args as { amount: number }).amount > context.limit
        ? { reject: `Not run: at most ${context.limit} euros.` } // the model reads it, and the run goes on
        : undefined,
  })
  const noIban = guardrail({
    on: 'toolResult',
    name: 'no_iban',
    check: ({ content }) =>
      /IBAN/.test(content) ? { replace: content.replace(/IBAN [A-Z0-9 ]+/, 'IBAN (hidden)') } : undefined,
  })
  const teller = (model: Parameters<typeof agent>[0]['model']) =>
    agent({ name: 'teller', model, tools: [transfer, account], guardrails: [onTopic, limit, noIban] })
  // #endregion
  const model = scriptedModel([
    calls([{ name: 'account' }, { name: 'transfer', args: { to: 'Ada', amount: 500 } }]),
    say('Done.'),
  ])
  const result = await teller(model).run('Send Ada 500 euros.', { context: { limit: 100 } })
  expect(result.steps[0]!.calls.map(({ content }) => content)).toEqual([
    'IBAN (hidden), 120 euros',
    'Not run: at most 100 euros.',
  ])
  const other = await teller(scriptedModel([say('Roses are red.')])).run('Write a poem.', { context: { limit: 100 } })
  expect(other).toMatchObject({ status: 'tripped', guardrail: 'on_topic' })
})

test('a model as a guardrail', async () => {
  const small = scriptedModel([say('{"rude":true}')])
  const model = scriptedModel([say('Go away.')])
  // #region judge
  const judge = agent({
    name: 'judge',
    model: small,
    instructions: 'Is the text rude?',
    output: z.object({ rude: z.boolean() }),
  })
  const polite = guardrail({
    on: 'output',
    name: 'polite',
    check: async ({ text }, { signal }) => {
      const verdict = await judge.run(text, { signal })
      if (verdict.status !== 'done') throw new Error(`The judge ended as ${verdict.status}.`) // the run ends as `error`
      return verdict.output.rude ? { trip: 'The answer is rude.' } : undefined
    },
  })
  // #endregion
  const result = await agent({ name: 'clerk', model, guardrails: [polite] }).run('Hello.')
  expect(result).toMatchObject({ status: 'tripped', guardrail: 'polite' })
})
