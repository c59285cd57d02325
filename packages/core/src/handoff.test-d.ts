// What the compiler knows about handoffs: the union of outputs, the context of all agents, the tools of all agents.
import { tool, type ToolContext } from '@toolloop/schema'
import type { ChatModel } from '@toolloop/wire'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type Agent, agent, type AnyAgent, calls, handoff, outputOf, type Reached, replay } from './index.ts'

declare const model: ChatModel
const Invoice = z.object({ total: z.number() })
interface App {
  readonly user: string
}
const charge = tool({
  name: 'charge',
  parameters: z.object({ cents: z.number() }),
  execute: ({ cents }, { context }: ToolContext<App>) => `${context.user} ${cents}`,
})
const billing = agent({ name: 'billing', model, tools: [charge], output: Invoice, handoffs: ['triage'] })
const refunds = agent({ name: 'refunds', model, output: z.boolean() })
const triage = agent({
  name: 'triage',
  model,
  handoffs: [
    billing,
    handoff(refunds, {
      parameters: z.object({ reason: z.string() }),
      when: (context: { readonly open: boolean }) => context.open,
      filter: (messages, { args }) => {
        expectTypeOf(args).toEqualTypeOf<{ reason: string }>()
        return messages
      },
    }),
  ],
  stopWhen: calls('transfer_to_billing'),
  toolChoice: { type: 'function', function: { name: 'transfer_to_billing' } },
})
const context = { user: 'ada', open: true }

test('`agent` discriminates the union of outputs, through a cycle', async () => {
  const result = await triage.run('x', { context })
  if (result.status !== 'done') return expectTypeOf(result.agent).toEqualTypeOf<'triage' | 'billing' | 'refunds'>()
  expectTypeOf(result.agent).toEqualTypeOf<'triage' | 'billing' | 'refunds'>()
  expectTypeOf(result.output).toEqualTypeOf<string | boolean | { total: number }>()
  if (result.agent === 'billing') expectTypeOf(result.output).toEqualTypeOf<{ total: number }>()
  else if (result.agent === 'refunds') expectTypeOf(result.output).toEqualTypeOf<boolean>()
  else expectTypeOf(result.output).toEqualTypeOf<string>()
  expectTypeOf(outputOf(result)).toEqualTypeOf<string | boolean | { total: number }>()
  expectTypeOf((await replay([], triage)).output).toEqualTypeOf<string | boolean | { total: number } | undefined>()
})

test('an agent that is known by its name only has an unknown output', async () => {
  const result = await billing.run('x', { context })
  if (result.status === 'done' && result.agent === 'billing')
    expectTypeOf(result.output).toEqualTypeOf<{ total: number }>()
  if (result.status === 'done' && result.agent === 'triage') expectTypeOf(result.output).toEqualTypeOf<unknown>()
})

test('the context is that of all agents and conditions', () => {
  // @ts-expect-error -- `user`, for a tool of the agent that is handed over to
  void triage.run('x', { context: { open: true } })
  // @ts-expect-error -- `open`, for a condition
  void triage.run('x', { context: { user: 'ada' } })
  // @ts-expect-error -- no context
  void triage.run('x')
  void refunds.run('x')
})

test('events are typed by the tools and outputs of all agents', async () => {
  for await (const event of triage.stream('x', { context })) {
    if (event.type === 'tool.done' && event.ok && event.name === 'charge') {
      expectTypeOf(event.args).toEqualTypeOf<{ cents: number }>()
      expectTypeOf(event.output).toEqualTypeOf<string>()
    }
    if (event.type === 'tool.done' && event.ok && event.name === 'transfer_to_billing')
      expectTypeOf(event.output).toEqualTypeOf<string>()
    if (event.type === 'handoff') expectTypeOf(event.agent.name).toEqualTypeOf<string>()
    if (event.type === 'output.done') expectTypeOf(event.output).toEqualTypeOf<string | boolean | { total: number }>()
  }
})

test('an agent with handoffs is an agent: as a parameter, as a tool, with other options', async () => {
  expectTypeOf(triage).toExtend<AnyAgent<string | boolean | { total: number }>>()
  expectTypeOf(triage).toExtend<AnyAgent>()
  const ask = triage.asTool({ name: 'ask', description: 'x' })
  expectTypeOf(ask.agent.output).toEqualTypeOf<string | boolean | { total: number } | undefined>()
  const alone = triage.with({ handoffs: [] })
  expectTypeOf(outputOf(await alone.run('x', { context }))).toEqualTypeOf<string>()
  const same = triage.with({ maxSteps: 3 })
  expectTypeOf(outputOf(await same.run('x', { context }))).toEqualTypeOf<string | boolean | { total: number }>()
  expectTypeOf(refunds).toEqualTypeOf<Agent<boolean, readonly [], unknown, 'refunds'>>()
  expectTypeOf(agent({ name: 'one', model, handoffs: [refunds] })).toEqualTypeOf<
    Agent<string, readonly [], unknown, 'one', Reached<'refunds', boolean, readonly [], true>>
  >()
})

test('a misspelt name does not compile', () => {
  // @ts-expect-error -- no such tool, and no handoff
  agent({ name: 'a', model, stopWhen: calls('transfer_to_billing') })
  // @ts-expect-error -- no agent
  agent({ name: 'a', model, handoffs: [1] })
})
