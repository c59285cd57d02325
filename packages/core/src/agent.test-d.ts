// What the compiler knows: context, tool names, arguments, outputs and outcomes narrow as documented.
import { tool, type ToolContext } from '@toolloop/schema'
import type { ChatModel, FinishReason } from '@toolloop/wire'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type Agent,
  type AnyAgent,
  type AnyTool,
  agent,
  and,
  calls,
  guardrail,
  type GuardrailContext,
  type HeldBy,
  type Middleware,
  type ModelCall,
  not,
  or,
  outputOf,
  type PrepareStep,
  type Result,
  type RunEvent,
  type RunStream,
  type StepChanges,
  steps,
  type StopCondition,
  type ToolExecution,
  type NextTool,
  withMiddleware,
} from './index.ts'

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

test('each hook may ask for a context of its own, wherever it stands among the options', () => {
  const one = agent({
    name: 'a',
    model,
    instructions: (context: { tone: string }) => context.tone,
    prepareStep: ({ context }: PrepareStep<{ admin: boolean }>) => (context.admin ? { tools: ['add'] } : {}),
    tools: [add, whoAmI],
    params: ({ heat }: { heat: number }) => ({ temperature: heat }),
    output: {
      schema: z.object({ sum: z.number() }),
      validate: ({ sum }, { context }: { context: { most: number } }) => (sum > context.most ? 'too much' : undefined),
    },
  })
  type Both = App & { tone: string } & { heat: number } & { admin: boolean } & { most: number }
  expectTypeOf(one).toEqualTypeOf<Agent<{ sum: number }, readonly [typeof add, typeof whoAmI], Both, 'a'>>()
  void one.run('x', { context: { user: 'ada', tone: 'dry', heat: 1, admin: true, most: 9 } })
  // @ts-expect-error -- no options, no context
  void one.run('x')
  // @ts-expect-error -- no `user`, for the tool
  void one.run('x', { context: { tone: 'dry', heat: 1, admin: true, most: 9 } })
  // @ts-expect-error -- no `tone`, for `instructions`
  void one.run('x', { context: { user: 'ada', heat: 1, admin: true, most: 9 } })
  // @ts-expect-error -- no `heat`, for `params`
  void one.run('x', { context: { user: 'ada', tone: 'dry', admin: true, most: 9 } })
  // @ts-expect-error -- no `admin`, for `prepareStep`
  void one.run('x', { context: { user: 'ada', tone: 'dry', heat: 1, most: 9 } })
  // @ts-expect-error -- no `most`, for `validate`
  void one.stream('x', { context: { user: 'ada', tone: 'dry', heat: 1, admin: true } })
})

test("a hook that states no context is given the tools', and asks for nothing", () => {
  const one = agent({
    name: 'a',
    model,
    instructions: (context) => context.user,
    prepareStep: ({ step, context }) => ({ instructions: `${step} ${context.user}` }),
    // @ts-expect-error -- no tool has a `heat`
    params: (context) => ({ temperature: context.heat }),
    output: { schema: z.string(), validate: (text, { context }) => (text === context.user ? 'Who else?' : undefined) },
    tools: [whoAmI],
  })
  expectTypeOf(one).toEqualTypeOf<Agent<string, readonly [typeof whoAmI], App, 'a'>>()

  const plain = agent({
    name: 'a',
    model,
    instructions: () => 'Be brief.',
    params: (context) => ({ user: String(context) }),
    prepareStep: ({ step }) => (step > 2 ? { toolChoice: 'none' } : undefined),
  })
  expectTypeOf(plain).toEqualTypeOf<Agent<string, readonly [], unknown, 'a'>>()
  void plain.run('x')
  // @ts-expect-error -- of an unknown context nothing is known
  agent({ name: 'a', model, instructions: (context) => context.user })
})

test('what an agent is read as names its output, its tools, its context and its name, and nothing else', () => {
  expectTypeOf(agent({ name: 'a', model })).toEqualTypeOf<Agent<string, readonly [], unknown, 'a'>>()
  expectTypeOf(agent({ name: 'a', model, tools: [add] })).toEqualTypeOf<
    Agent<string, readonly [typeof add], unknown, 'a'>
  >()
  expectTypeOf(agent({ name: 'a', model, tools: [add, whoAmI], instructions: ({ user }: App) => user })).toEqualTypeOf<
    Agent<string, readonly [typeof add, typeof whoAmI], App, 'a'>
  >()
})

test('a step offers and chooses only tools that the agent has', () => {
  const base = { name: 'a', model, tools: [add, stored] as const }
  agent({ ...base, prepareStep: ({ step }) => (step === 0 ? { tools: ['add'], toolChoice: 'required' } : {}) })
  agent({ ...base, prepareStep: async ({ context }) => ({ tools: context.db.has('x') ? ['add', 'stored'] : [] }) })
  agent({ ...base, prepareStep: () => ({ toolChoice: { type: 'function', function: { name: 'stored' } } }) })
  const narrow = (): StepChanges<'add'> => ({ tools: ['add'] })
  agent({ ...base, prepareStep: narrow })
  // @ts-expect-error -- a misspelt tool
  agent({ ...base, prepareStep: () => ({ tools: ['ad'] }) })
  // @ts-expect-error -- a misspelt tool in one of several steps
  agent({ ...base, prepareStep: ({ step }) => (step === 0 ? { tools: ['add'] } : { tools: ['stord'] }) })
  // @ts-expect-error -- a misspelt tool, later
  agent({ ...base, prepareStep: async () => ({ tools: ['ad'] }) })
  // @ts-expect-error -- a choice of a misspelt tool
  agent({ ...base, prepareStep: () => ({ toolChoice: { type: 'function', function: { name: 'ad' } } }) })
  // @ts-expect-error -- an agent without tools offers none
  agent({ name: 'a', model, prepareStep: () => ({ tools: ['add'] }) })
})

test('an agent chooses, and waits for, only tools that it has', () => {
  const base = { name: 'a', model, tools: [add, stored] as const }
  agent({ ...base, toolChoice: { type: 'function', function: { name: 'add' } }, stopWhen: calls('add', 'stored') })
  agent({ ...base, stopWhen: [and(steps(2), or(calls('add'), not(calls('stored')))), ({ since }) => since > 3] })
  agent({ ...base, stopWhen: and(steps(2), async (state) => state.steps.length > 1) })
  const mine: StopCondition = (state) => state.steps.length > 1
  const unlessMine = not((state) => state.steps.length > 1)
  agent({ ...base, stopWhen: or(mine, unlessMine) })
  // @ts-expect-error -- a choice of a misspelt tool
  agent({ ...base, toolChoice: { type: 'function', function: { name: 'ad' } } })
  // @ts-expect-error -- a misspelt tool
  agent({ ...base, stopWhen: calls('ad') })
  // @ts-expect-error -- a misspelt tool, deep inside
  agent({ ...base, stopWhen: [steps(9), and(steps(2), or(calls('add'), not(calls('stord'))))] })
  // @ts-expect-error -- an agent without tools waits for none
  agent({ name: 'a', model, stopWhen: calls('add') })
})

test('an agent whose tools are only known when it runs takes any name', () => {
  const many: readonly AnyTool[] = [add, stored]
  const one = agent({
    name: 'a',
    model,
    tools: [whoAmI, ...many],
    toolChoice: { type: 'function', function: { name: 'whatever' } },
    prepareStep: ({ step }) => ({ tools: [`tool_${step}`] }),
    stopWhen: and(steps(2), calls('whatever')),
  })
  agent({ name: 'a', model, tools: many, prepareStep: () => ({ tools: ['whatever'] }) })
  // @ts-expect-error -- a name is a text all the same
  one.with({ prepareStep: () => ({ tools: [1] }) })
})

test('`with` keeps output, tools and context', () => {
  const one = agent({
    name: 'a',
    model,
    tools: [add, whoAmI],
    instructions: (context: { tone: string }) => context.tone,
  })
  const other = one.with({
    instructions: ({ user, tone }) => `${user}: ${tone}`,
    prepareStep: ({ context }) => (context.user === 'ada' ? { tools: ['add'] } : {}),
    params: ({ tone }: { tone: string }) => (tone === 'dry' ? { temperature: 0 } : {}),
    stopWhen: calls('who_am_i'),
  })
  expectTypeOf(other).toEqualTypeOf<typeof one>()
  // @ts-expect-error -- a misspelt tool
  one.with({ prepareStep: () => ({ tools: ['ad'] }) })
  // @ts-expect-error -- a misspelt tool
  one.with({ stopWhen: calls('ad') })
})

test('`with` takes other tools, another output and hooks that ask for more', async () => {
  const one = agent({ name: 'a', model, tools: [add] })
  const typed = one.with({ output: z.object({ sum: z.number() }) })
  expectTypeOf(outputOf(await typed.run('x'))).toEqualTypeOf<{ sum: number }>()
  expectTypeOf(typed.tools).toEqualTypeOf(one.tools)
  const checked = typed.with({ output: { schema: z.string(), validate: (text) => (text ? undefined : 'empty') } })
  expectTypeOf(outputOf(await checked.run('x'))).toEqualTypeOf<string>()

  const other = one.with({ tools: [whoAmI], prepareStep: () => ({ tools: ['who_am_i'] }), stopWhen: calls('who_am_i') })
  expectTypeOf(other.tools).toEqualTypeOf<readonly [typeof whoAmI]>()
  expectTypeOf(outputOf(await other.run('x', { context: { user: 'ada' } }))).toEqualTypeOf<string>()
  // @ts-expect-error -- the new tool's context
  void other.run('x')
  // @ts-expect-error -- a tool that it has no longer
  one.with({ tools: [whoAmI], prepareStep: () => ({ tools: ['add'] }) })

  const warm = one.with({ instructions: (context: { heat: number }) => `${context.heat}` })
  void warm.run('x', { context: { heat: 1 } })
  // @ts-expect-error -- the new hook's context
  void warm.run('x')
})

test('the output is text, or what the schema gives', async () => {
  expectTypeOf(await agent({ name: 'a', model }).run('x')).toEqualTypeOf<Result<string, HeldBy<'a', string>>>()
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
  if (result.status === 'limit' && result.kind === 'steps') expectTypeOf(result.allowed).toEqualTypeOf<number>()
  if (result.status === 'limit' && result.kind === 'cycle')
    expectTypeOf(result.calls).toEqualTypeOf<readonly string[]>()
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
  stream.once('error', ({ error }) => expectTypeOf(error).toBeUnknown())
  // @ts-expect-error: there is no such event
  stream.once('step.over', () => {})
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

// The typed answer, whatever mode asked for it; its parts are optional while it streams.
const summing = agent({ name: 'summing', model, output: z.object({ sum: z.number() }) })
for await (const event of summing.stream('x')) {
  if (event.type === 'output.delta') expectTypeOf(event.parsed).toEqualTypeOf<{ readonly sum?: number } | undefined>()
  if (event.type === 'output.done') expectTypeOf(event.output).toEqualTypeOf<{ sum: number }>()
  if (event.type === 'content.delta') expectTypeOf(event.parsed).toEqualTypeOf<{ readonly sum?: number } | undefined>()
  if (event.type === 'content.delta' || event.type === 'tool.progress') expectTypeOf(event.path).toEqualTypeOf<string>()
}

// An agent as a tool: arguments, output and context are typed, and its tools' events reach the calling run's stream.
const look = tool({
  name: 'look',
  parameters: z.object({ at: z.string() }),
  execute: ({ at }, { context }: ToolContext<{ readonly key: string }>) => ({ at, key: context.key }),
})
const looking = agent({ name: 'looking', model, tools: [look], output: z.object({ fine: z.boolean() }) })
const asked = looking.asTool({ name: 'ask', description: 'Looks.' })
expectTypeOf(asked.parse).returns.resolves.toEqualTypeOf<{ readonly input: string }>()
const calling = agent({
  name: 'calling',
  model,
  tools: [
    looking.asTool({
      name: 'ask_about',
      description: 'Looks at a place.',
      parameters: z.object({ place: z.string() }),
      input: ({ place }, { context }) => `${place} ${context.key}`,
      output: ({ fine }) => (fine ? 'fine' : 'bad'),
    }),
  ],
})
// @ts-expect-error -- the inner agent's tool needs the context
void calling.run('x')
void calling.run('x', { context: { key: 'k' } })
for await (const event of calling.stream('x', { context: { key: 'k' } })) {
  if (event.type === 'tool.done' && event.ok && event.name === 'ask_about')
    expectTypeOf(event.output).toEqualTypeOf<string>()
  if (event.type === 'tool.done' && event.ok && event.name === 'look')
    expectTypeOf(event.output).toEqualTypeOf<{ at: string; key: string }>()
  if (event.type === 'output.done') expectTypeOf(event.output).toEqualTypeOf<string | { fine: boolean }>()
}

test('an agent needs the context of its middlewares, with that of its tools', () => {
  interface Tenant {
    readonly tenant: string
  }
  const byUser: Middleware<App> = { name: 'user', model: ({ context }, next) => (context.user ? next() : next()) }
  const passing: Middleware = { name: 'passing', model: (_call, next) => next() }
  const own = agent({
    name: 'own',
    model,
    middleware: [
      byUser,
      passing,
      {
        name: 'tenant',
        tool: ({ context }: ToolExecution<Tenant>, next: NextTool) => (context.tenant ? next() : next()),
        model: (_call, next) => next(),
      },
    ],
  })
  expectTypeOf(own).toExtend<Agent<string, readonly [], App & Tenant>>()
  void own.run('go', { context: { user: 'ada', tenant: 'a' } })
  // @ts-expect-error -- the middlewares need a context
  void own.run('go')
  // @ts-expect-error -- a part of it is missing
  void own.run('go', { context: { user: 'ada' } })

  // One that declares none needs none; its context is unknown to it.
  const plain = agent({
    name: 'plain',
    model,
    middleware: [passing, { name: 'inline', model: (_call, next) => next() }],
  })
  expectTypeOf(plain).toExtend<Agent<string, readonly []>>()
  void plain.run('go')
  void plain.with({ middleware: [byUser] }).run('go', { context: { user: 'ada' } })
  // @ts-expect-error -- a replaced list of middlewares counts as well
  void plain.with({ middleware: [byUser] }).run('go')

  // A model alone has no context.
  void withMiddleware(model, [passing])
  // @ts-expect-error -- it is given none
  void withMiddleware(model, [byUser])
  expectTypeOf<ModelCall['context']>().toEqualTypeOf<unknown>()
})

test('a guardrail knows what it checks, what it may answer, and the context it asks for', () => {
  const input = guardrail({
    on: 'input',
    name: 'in',
    mode: 'parallel',
    check: ({ text, messages }) => {
      expectTypeOf(text).toEqualTypeOf<string>()
      expectTypeOf(messages[0]!.role).toExtend<string>()
      return text === '' ? { trip: 'Nothing.' } : undefined
    },
  })
  const call = guardrail({
    on: 'toolCall',
    name: 'call',
    tools: ['add'],
    check: async ({ name }, { context }: GuardrailContext<{ admin: boolean }>) =>
      context.admin ? undefined : { reject: `Not ${name}.` },
  })
  const result = guardrail({ on: 'toolResult', name: 'result', check: ({ output }) => ({ replace: output }) })
  // @ts-expect-error -- an input cannot be replaced
  guardrail({ on: 'input', name: 'x', check: () => ({ replace: 1 }) })
  // @ts-expect-error -- nothing reads a result before it passed
  guardrail({ on: 'toolResult', name: 'x', mode: 'parallel', check: () => {} })

  const one = agent({ name: 'a', model, tools: [whoAmI], guardrails: [input, call, result] })
  void one.run('x', { context: { user: 'ada', admin: true } })
  // @ts-expect-error -- `admin` is missing
  void one.run('x', { context: { user: 'ada' } })
  void agent({ name: 'a', model, guardrails: [input, result] }).run('x')
  const more = agent({ name: 'a', model, tools: [add] }).with({ guardrails: [call] })
  void more.run('x', { context: { admin: true } })
  // @ts-expect-error -- no context
  void more.run('x')

  const outcome = {} as Result
  if (outcome.status === 'tripped') {
    expectTypeOf(outcome.guardrail).toEqualTypeOf<string>()
    expectTypeOf(outcome.reason).toEqualTypeOf<string>()
  }
})

test('tools that prepareStep adds have events of their own, so that the names of static tools stay exact', async () => {
  const late: AnyTool = add
  const one = agent({ name: 'a', model, tools: [add], prepareStep: () => ({ addTools: [late] }) })
  for await (const event of one.stream('x')) {
    if (event.type === 'tool.done' && event.ok) {
      expectTypeOf(event.name).toEqualTypeOf<'add'>()
      expectTypeOf(event.output).toEqualTypeOf<number>()
    }
    if (event.type === 'tool.start') expectTypeOf(event.name).toEqualTypeOf<'add'>()
    if (event.type === 'tool.done.dynamic') {
      expectTypeOf(event.name).toEqualTypeOf<string>()
      expectTypeOf(event.output).toEqualTypeOf<unknown>()
    }
    if (event.type === 'tool.start.dynamic') expectTypeOf(event.args).toEqualTypeOf<unknown>()
  }
})

test('a distributed agent as a tool keeps its name and output', () => {
  const inner = agent({ name: 'inner', model, output: z.object({ sum: z.number() }) })
  const ask = inner.asTool({ name: 'ask', description: 'Asks.', distribute: true })
  expectTypeOf(ask.name).toEqualTypeOf<'ask'>()
  const outer = agent({ name: 'outer', model, tools: [ask] })
  outer.stream('x').on('tool.done', (event) => {
    if (event.ok) expectTypeOf(event.output).toEqualTypeOf<{ sum: number }>()
  })
  // @ts-expect-error -- no boolean
  inner.asTool({ name: 'ask', description: 'Asks.', distribute: 1 })
})
