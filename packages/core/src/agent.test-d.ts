// What the compiler knows: context, tool names, arguments, outputs and outcomes narrow as documented.
import { tool, type ToolContext } from '@toolloop/schema'
import type { ChatModel, FinishReason } from '@toolloop/wire'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type AnyAgent, agent, outputOf, type Result, type RunEvent, type RunStream } from './index.ts'

declare const model: ChatModel
interface App {
  readonly user: string
}

const add = tool({
  name: 'add',
  parameters: z.object({ a: z.number(), b: z.number().default(1) }),
  execute: ({ a, b }) => a + b,
})
const whoAmI = tool({ name: 'who_am_i', execute: (_args, { context }: ToolContext<App>) => ({ user: context.user }) })
const stored = tool({
  name: 'stored',
  parameters: z.object({ key: z.string() }),
  execute: async function* ({ key }, { context }: ToolContext<{ db: Map<string, string> }>) {
    yield 1
    return context.db.get(key)
  },
})

test('arguments are what the schema gives', () => {
  expectTypeOf(add.parse).returns.resolves.toEqualTypeOf<{ a: number; b: number }>()
  expectTypeOf(add.name).toEqualTypeOf<'add'>()
})

test('context is required exactly when a tool or hook asks for one, and is the intersection of them', () => {
  const plain = agent({ name: 'plain', model, tools: [add] })
  void plain.run('x')
  void plain.run('x', { runId: 'r' })

  const both = agent({ name: 'both', model, tools: [add, whoAmI, stored] })
  void both.run('x', { context: { user: 'ada', db: new Map<string, string>() } })
  // @ts-expect-error -- no options, no context
  void both.run('x')
  // @ts-expect-error -- `db` is missing
  void both.run('x', { context: { user: 'ada' } })

  const hooked = agent({
    name: 'hooked',
    model,
    tools: [whoAmI],
    instructions: (context: { tone: string }) => context.tone,
  })
  void hooked.run('x', { context: { user: 'ada', tone: 'dry' } })
  // @ts-expect-error -- `tone` is missing
  void hooked.run('x', { context: { user: 'ada' } })
})

test('the output is text, or what the schema gives', async () => {
  expectTypeOf(await agent({ name: 'a', model }).run('x')).toEqualTypeOf<Result>()
  const typed = agent({
    name: 'a',
    model,
    tools: [add],
    output: z.object({ sum: z.number(), note: z.string().optional() }),
  })
  const result = await typed.run('x')
  expectTypeOf(outputOf(result)).toEqualTypeOf<{ sum: number; note?: string | undefined }>()
  if (result.status === 'done') expectTypeOf(result.output.sum).toEqualTypeOf<number>()
  // @ts-expect-error -- only `done` has an output
  else result.output
  if (result.status === 'error') expectTypeOf(result.error).toEqualTypeOf<Error>()
  if (result.status === 'limit') expectTypeOf(result.allowed).toEqualTypeOf<number>()
  expectTypeOf(result.partial).toEqualTypeOf<
    { readonly sum?: number; readonly note?: string | undefined } | undefined
  >()
  const withSettings = agent({
    name: 'a',
    model,
    output: { schema: z.array(z.string()), mode: 'tool', validate: (list) => void list.at(0)?.length },
  })
  expectTypeOf(outputOf(await withSettings.run('x'))).toEqualTypeOf<string[]>()
})

test('events narrow on type, then ok, then name', async () => {
  const stream = agent({ name: 'a', model, tools: [add, stored] }).stream('x', {
    context: { db: new Map<string, string>() },
  })
  for await (const event of stream) {
    if (event.type === 'content.delta') expectTypeOf(event.delta).toEqualTypeOf<string>()
    if (event.type === 'tool.done' && event.ok && event.name === 'add') {
      expectTypeOf(event.args).toEqualTypeOf<{ a: number; b: number }>()
      expectTypeOf(event.output).toEqualTypeOf<number>()
    }
    if (event.type === 'tool.done' && event.ok && event.name === 'stored')
      expectTypeOf(event.output).toEqualTypeOf<string | undefined>()
    if (event.type === 'tool.done' && !event.ok) expectTypeOf(event.name).toEqualTypeOf<string>()
    // @ts-expect-error -- no tool of that name
    if (event.type === 'tool.done' && event.ok && event.name === 'nope') void event
  }
  stream.on('step.done', (event) => expectTypeOf(event.finish_reason).toEqualTypeOf<FinishReason | null>())
  // @ts-expect-error -- no event of that name
  stream.on('step.over', () => {})
})

test('arguments that are still arriving narrow on type, then name', async () => {
  const stream = agent({ name: 'a', model, tools: [add, stored] }).stream('x', {
    context: { db: new Map<string, string>() },
  })
  stream.on('tool_calls.function.arguments.done', (event) => {
    if (event.name === 'stored') expectTypeOf(event.parsed).toEqualTypeOf<{ readonly key?: string } | undefined>()
  })
  for await (const event of stream) {
    if (event.type !== 'tool_calls.function.arguments.delta') continue
    if (event.name === 'add')
      expectTypeOf(event.parsed).toEqualTypeOf<{ readonly a?: number; readonly b?: number } | undefined>()
    // The model may invent a name.
    else if (event.name === 'sing') expectTypeOf(event.parsed).toBeUndefined()
  }
  for await (const event of agent({ name: 'a', model }).stream('x'))
    if (event.type === 'tool_calls.function.arguments.delta') expectTypeOf(event.parsed).toBeUnknown()
})

test('any agent and any stream have a type', () => {
  const one = agent({ name: 'a', model, tools: [add], output: z.object({ sum: z.number() }) })
  const any: AnyAgent = one
  const withContext: AnyAgent<string> = agent({ name: 'b', model, tools: [whoAmI] })
  const events: RunStream<RunEvent, unknown> = one.stream('x')
  void [any, events, withContext]
})

test('a wrong argument type does not compile', () => {
  // @ts-expect-error -- `a` is a number
  tool({ name: 'add', parameters: z.object({ a: z.number() }), execute: ({ a }: { a: string }) => a })
  // @ts-expect-error -- not an option
  agent({ name: 'a', model, temperature: 1 })
  // @ts-expect-error -- not a parameter
  agent({ name: 'a', model, params: { temprature: 1 } })
})
