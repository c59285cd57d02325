// Middlewares inside a tree of runs: each agent has its own, around model calls, tool calls, and calls of agents.
import { tool, ToolRetry } from '@toolloop/schema'
import { call, checkTranscript, failure, scriptedModel, text } from '@toolloop/testing'
import type { ChatModel, Message } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type AnyTool,
  type Fact,
  limitTools,
  memoryLog,
  type Middleware,
  MiddlewareError,
  type RunOptions,
  type ToolMiddleware,
} from '../index.ts'

const parameters = z.object({ id: z.string() })
const echo = tool({ name: 'echo', parameters, effects: 'none', execute: ({ id }) => `ran ${id}` })
const pay = tool({ name: 'pay', parameters, needsApproval: true, execute: ({ id }) => `paid ${id}` })
const isAnswered = (messages: readonly Message[]): boolean => messages.some(({ role }) => role === 'tool')
const saved = (facts: readonly Fact[]): Fact[] => JSON.parse(JSON.stringify(facts)) as Fact[]

function noting(name: string, lines: string[]): Middleware {
  return {
    name,
    async *model({ step }, next) {
      lines.push(`${name} > model ${step}`)
      yield* next()
      lines.push(`${name} < model ${step}`)
    },
    async tool(execution, next) {
      lines.push(`${name} > ${execution.name}`)
      const result = await next()
      lines.push(`${name} < ${execution.name}: ${String(result)}`)
      return result
    },
  }
}

/** An agent that asks another one, whose middlewares are `inner`. */
function tree(outer: readonly Middleware[], inner: readonly Middleware[] = [], used: AnyTool = echo) {
  const model = scriptedModel(({ messages }) =>
    isAnswered(messages) ? text(`Said: ${JSON.stringify(messages.at(-1)!.content)}`) : call(used.name, { id: 'a' }),
  )
  const child = agent({ name: 'child', model, tools: [used], middleware: inner })
  const above = scriptedModel(({ messages }) =>
    isAnswered(messages) ? text(JSON.stringify(messages.at(-1)!.content)) : call('ask', { input: 'go' }, { id: 'c1' }),
  )
  const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
  return agent({ name: 'root', model: above, tools, middleware: outer })
}

describe.each(['run', 'stream'] as const)('%s: a middleware around a call of an agent', (verb) => {
  const run = async (
    middleware: readonly Middleware[],
    options: RunOptions = {},
    inner: readonly Middleware[] = [],
  ) => {
    const log = memoryLog()
    const root = tree(middleware, inner)
    const result =
      verb === 'run' ? await root.run('go', { log, ...options }) : await root.stream('go', { log, ...options }).result
    expect(checkTranscript(result.messages)).toBeUndefined()
    return { result, facts: log.facts }
  }
  const around = (name: string, toolPart: ToolMiddleware): Middleware => ({ name, tool: toolPart })

  it('passes in order, and the agent inside has its own', async () => {
    const lines: string[] = []
    const { result } = await run([noting('outer', lines), noting('middle', lines)], {}, [noting('inner', lines)])
    expect(result).toMatchObject({ status: 'done' })
    // The call starts while the model is still talking.
    expect(lines.filter((line) => line.startsWith('inner') || line.includes('ask'))).toEqual([
      'outer > ask',
      'middle > ask',
      'inner > model 0',
      'inner < model 0',
      'inner > echo',
      'inner < echo: ran a',
      'inner > model 1',
      'inner < model 1',
      'middle < ask: Said: "ran a"',
      'outer < ask: Said: "ran a"',
    ])
  })

  it('changes the arguments and the result', async () => {
    const { facts, result } = await run([
      around('change', async (_call, next) => `${String(await next({ input: 'other' }))}!`),
    ])
    expect(facts.find(({ type, path }) => type === 'run.start' && path !== '')).toMatchObject({
      input: [{ content: 'other' }],
    })
    expect(result).toMatchObject({ output: JSON.stringify('Said: "ran a"!') })
  })

  it('answers without running the agent', async () => {
    const { result, facts } = await run([around('canned', () => 'canned')])
    expect(result).toMatchObject({ status: 'done', output: '"canned"' })
    expect(facts.every(({ path }) => path === '')).toBe(true)
    const { result: limited } = await run([limitTools({ ask: 0 })])
    expect(limited).toMatchObject({ output: expect.stringContaining('Not run') as string })
  })

  it('has the same result for a second `next()`', async () => {
    const { result, facts } = await run([
      around('twice', async (_call, next) => [await next(), await next({ input: 'again' })].join(' | ')),
    ])
    expect(result).toMatchObject({ output: JSON.stringify('Said: "ran a" | Said: "ran a"') })
    expect(facts.filter(({ type }) => type === 'run.start').length).toBe(2)
  })

  it.each([
    ['before the agent', () => expect.unreachable('mine')],
    ['behind it', (_call, next) => next().then(() => expect.unreachable('mine'))],
  ] as const satisfies readonly (readonly [string, ToolMiddleware])[])(
    'ends the run with its name where it fails %s',
    async (_title, part) => {
      const { result } = await run([around('broken', part)])
      expect(result).toMatchObject({ status: 'error', error: { name: 'MiddlewareError', middleware: 'broken' } })
      if (result.status === 'error') expect(result.error).toBeInstanceOf(MiddlewareError)
    },
  )

  it('lets the model read a `ToolRetry`', async () => {
    const retry = around('retry', () => {
      throw new ToolRetry('Ask otherwise.')
    })
    expect((await run([retry])).result).toMatchObject({ status: 'done', output: '"Ask otherwise."' })
  })

  it('sees how the agent failed; the model reads the same as without the middleware', async () => {
    const seen: unknown[] = []
    const child = agent({ name: 'child', model: scriptedModel([failure(500), failure(500)]) })
    const model = () => scriptedModel([call('ask', { input: 'go' }, { id: 'c1' }), text('Done.')])
    const tools = [child.asTool({ name: 'ask', description: 'Asks.' })]
    const looking = around('looking', async (_call, next) => {
      try {
        return await next()
      } catch (error) {
        seen.push((error as Error).name)
        throw error
      }
    })
    const plain = await agent({ name: 'root', model: model(), tools }).run('go')
    const passed = await agent({ name: 'root', model: model(), tools, middleware: [looking] }).run('go')
    expect(seen).toEqual(['RunError'])
    expect(passed.messages).toEqual(plain.messages)
  })

  it('is aborted with the run, wherever it is', async () => {
    const never = new Promise<never>(() => {})
    for (const part of [() => never, (_call, next) => next().then(() => never)] satisfies ToolMiddleware[]) {
      const { result } = await run([around('hangs', part)], { signal: AbortSignal.timeout(30) })
      expect(result).toMatchObject({ status: 'aborted' })
    }
  })
})

it('passes in the same way in a run that is resumed from every prefix', async () => {
  const log = memoryLog()
  const lines: string[] = []
  const options = [[noting('outer', lines)], [noting('inner', lines)]] as const
  const whole = await tree(...options).stream('go', { log, runId: 'r' }).result
  const { output } = whole as { output?: string }
  for (let length = 1; length < log.facts.length; length++) {
    const from = memoryLog(saved(log.facts.slice(0, length)))
    const done = new Set(from.facts.flatMap((fact) => (fact.type === 'tool.done' ? fact.name : [])))
    const steps = from.facts.flatMap((fact) =>
      fact.type === 'step.done' ? `${fact.path ? 'inner' : 'outer'} > model ${fact.step}` : [],
    )
    lines.length = 0
    const result = await tree(...options).run(undefined, { from })
    expect(result, `fact ${length}`).toMatchObject({ status: 'done', output })
    for (const name of ['ask', 'echo']) {
      const passes = lines.filter((line) => line.endsWith(`> ${name}`)).length
      expect(passes, `fact ${length}: ${name}`).toBe(done.has(name) || (name === 'echo' && done.has('ask')) ? 0 : 1)
    }
    expect(lines.filter((line) => steps.includes(line))).toEqual([])
  }
})

it('passes again when the agent inside has waited for a person', async () => {
  const lines: string[] = []
  const log = memoryLog()
  const paused = await tree([noting('outer', lines)], [noting('inner', lines)], pay).run('go', { log })
  expect(paused.status).toBe('approval')
  if (paused.status !== 'approval') return
  expect(lines.filter((line) => !line.includes('model'))).toEqual(['outer > ask'])
  lines.length = 0
  const decisions = { [paused.requests[0]!.id]: { approve: true as const } }
  const root = tree([noting('outer', lines)], [noting('inner', lines)], pay)
  const result = await root.run(undefined, { from: memoryLog(saved(log.facts)), decisions })
  expect(result).toMatchObject({ status: 'done', output: JSON.stringify('Said: "paid a"') })
  expect(lines.filter((line) => !line.includes('model'))).toEqual([
    'outer > ask',
    'inner > pay',
    'inner < pay: paid a',
    'outer < ask: Said: "paid a"',
  ])
})

it('can clean up when the agent inside waits for a person, or is aborted', async () => {
  let held = 0
  const holding: Middleware = {
    name: 'holding',
    async tool(_call, next) {
      held++
      try {
        return await next()
      } finally {
        held--
      }
    },
  }
  expect(await tree([holding], [], pay).run('go')).toMatchObject({ status: 'approval' })
  expect(held).toBe(0)
  const never = tool({ name: 'never', parameters, execute: () => new Promise(() => {}) })
  const stream = tree([holding], [], never).stream('go')
  stream.on('tool.start', ({ path }) => path !== '' && stream.abort('enough'))
  expect(await stream.result).toMatchObject({ status: 'aborted' })
  await expect.poll(() => held).toBe(0)
})

it('is named when it fails inside an agent, whose calling model reads it', async () => {
  const broken: Middleware = { name: 'broken', model: () => expect.unreachable('mine') }
  const result = await tree([], [broken]).run('go')
  expect(result).toMatchObject({ status: 'done', children: [{ status: 'error' }] })
  expect(JSON.stringify(result.messages)).toContain('broken')
})

it('holds a stream back inside an agent: the source waits, and so does a consumer that does not read', async () => {
  let sent = 0
  const model: ChatModel = {
    name: 'words',
    async *stream() {
      for (; sent < 1_000; sent++) {
        const choices = [{ index: 0, delta: { content: 'word ' }, finish_reason: null }]
        yield { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'words', choices }
      }
      const choices = [{ index: 0, delta: {}, finish_reason: 'stop' }]
      yield { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'words', choices }
    },
  }
  const child = agent({ name: 'child', model, middleware: [noting('a', []), noting('b', [])] })
  const outer = scriptedModel([call('ask', { input: 'go' }), text('Done.')])
  const root = agent({ name: 'root', model: outer, tools: [child.asTool({ name: 'ask', description: 'Asks.' })] })
  const stream = root.stream('go')
  for await (const event of stream) {
    if (event.type !== 'content.delta' || event.path === '') continue
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toBeLessThan(8)
    break
  }
  expect(await stream.result).toMatchObject({ status: 'aborted' })
})
