// Three levels in one log: a pipeline, an agent as its stage, and an agent as a tool of that one.
import { agent, type Fact, isFact, memoryLog, type MemoryLog, type RunEvent } from '@toolloop/core'
import { tool, type ToolContext } from '@toolloop/schema'
import { calls, type Reply, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parallel, pipe, type StageContext } from './index.ts'

/** Answers by the number of its answers in the conversation, so that a resumed run gets the same ones. */
const answering = (...replies: readonly Reply[]) =>
  scriptedModel(
    ({ messages }) => replies[messages.filter(({ role }) => role === 'assistant').length] ?? text('More?'),
    {
      deltaSize: 4,
    },
  )

interface App {
  readonly ran: string[]
  /** A tool that does not return before its signal is aborted. */
  readonly hangs?: boolean
}

const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }, { idempotencyKey, context }: ToolContext<App>) => {
  context.ran.push(idempotencyKey)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const pay = tool({ name: 'pay', parameters, needsApproval: true, execute })
const wait = tool({
  name: 'wait',
  parameters,
  execute: async ({ id }, { context, signal, idempotencyKey }: ToolContext<App>) => {
    context.ran.push(idempotencyKey)
    if (context.hangs) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return `waited ${id}`
  },
})

const tokens = (prompt: number, completion: number) => ({
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
})

const leafOf = (name: 'pay' | 'wait', earlyDispatch = true) =>
  agent({
    name: 'leaf',
    earlyDispatch,
    tools: [read, pay, wait],
    model: answering(
      calls(
        [
          { name: 'read', args: { id: 'x' }, id: 'l1' },
          { name, args: { id: 'y' }, id: 'l2' },
        ],
        tokens(7, 3),
      ),
      text('Leaf done.', tokens(11, 2)),
    ),
  })

/** `team` calls `leaf` and `read` in one step, beside a function. */
function treeOf(leaf: ReturnType<typeof leafOf>, earlyDispatch = true) {
  const team = agent({
    name: 'team',
    earlyDispatch,
    tools: [leaf.asTool({ name: 'ask_leaf', description: 'The leaf.' }), read],
    model: answering(
      calls(
        [
          { name: 'read', args: { id: 'a' }, id: 't2' },
          { name: 'ask_leaf', args: { input: 'Do it.' }, id: 't1' },
        ],
        tokens(5, 4),
      ),
      text('Team done.', tokens(13, 1)),
    ),
  })
  const count = (words: string, { idempotencyKey, context }: StageContext<App>) => {
    context.ran.push(idempotencyKey)
    return words.length
  }
  return pipe(
    parallel({ team, count }),
    ({ team: words, count: n }: { team: string; count: number }) => `${words} ${n}`,
  ).named('tree')
}

const leafPath = 'parallel/team/0:t1'
const saved = (log: MemoryLog, length = log.facts.length): MemoryLog =>
  memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[])
const typesOf = (facts: readonly Fact[], path: string) =>
  facts.filter((one) => one.path === path).map(({ type }) => type)
const approver = () => ({ approve: true }) as const
/** The effects of a whole run, each once. */
const all = ['r/parallel/count', `r/parallel/team/0/t2`, `r/${leafPath}/0/l1`, `r/${leafPath}/0/l2`].toSorted()

describe('a tree of a pipeline, an agent, and an agent as its tool', () => {
  it('has one log and one stream, in which the path tells the tree and one counter numbers the facts', async () => {
    const app: App = { ran: [] }
    const log = memoryLog()
    const events: RunEvent[] = []
    const stream = treeOf(leafOf('pay')).stream('go', { log, context: app, approver, runId: 'r' })
    for await (const event of stream) events.push(event)
    expect(await stream.result).toMatchObject({ status: 'done', output: 'Team done. 2' })
    expect(log.facts.map(({ seq, run }) => [seq, run])).toEqual(log.facts.map((_, at) => [at, 'r']))
    expect(events.filter(isFact).map(({ seq }) => seq)).toEqual(log.facts.map(({ seq }) => seq))
    const paths = ['', 'parallel/team', leafPath]
    expect([...new Set(log.facts.map(({ path }) => path))].toSorted()).toEqual(paths)
    expect([...new Set(events.map((event) => ('path' in event ? event.path : 'none')))].toSorted()).toEqual(paths)
    expect(app.ran.toSorted()).toEqual(all)
    // Each level ends before the one above it.
    expect(log.facts.flatMap(({ type, path }) => (type === 'run.done' ? [path] : []))).toEqual(paths.toReversed())
  })

  it('starts calls early on both levels of agents, and comes to the same with early dispatch off', async () => {
    const runOf = async (early: boolean) => {
      const log = memoryLog()
      const result = await treeOf(leafOf('pay', early), early).run('go', { log, context: { ran: [] }, approver })
      const isEarly = ['parallel/team', leafPath].map((path) => {
        const types = typesOf(log.facts, path)
        return types.indexOf('tool.start') < types.indexOf('step.done')
      })
      const contents = log.facts.flatMap((fact) => (fact.type === 'tool.done' ? [[fact.callId, fact.content]] : []))
      const { output } = result as { output?: unknown }
      return { isEarly, came: { output, usage: result.usage, contents: Object.fromEntries(contents) as unknown } }
    }
    const [on, off] = [await runOf(true), await runOf(false)]
    expect([on.isEarly, off.isEarly]).toEqual([
      [true, true],
      [false, false],
    ])
    expect(on.came).toEqual(off.came)
  })

  it('resumes behind every fact with the same output, and repeats no finished call and no unsafe one', async () => {
    const log = memoryLog()
    const tree = treeOf(leafOf('pay'))
    const whole = await tree.run('go', { log, context: { ran: [] }, approver, runId: 'r' })
    expect(whole.status).toBe('done')
    for (let length = 1; length <= log.facts.length; length++) {
      const from = saved(log, length)
      const isDone = from.facts.flatMap((fact) =>
        fact.type === 'tool.done' ? [`r/${fact.path}/${fact.step}/${fact.callId}`] : [],
      )
      const begun = from.facts.flatMap((fact) =>
        fact.type === 'tool.start' && fact.name !== 'ask_leaf' ? [fact.idempotencyKey] : [],
      )
      const app: App = { ran: [] }
      // The call of `pay` that has begun, and did not end, is asked about again.
      const again = await tree.run(undefined, { from, context: app, approver })
      expect(again).toMatchObject({ status: 'done', output: 'Team done. 2' })
      expect(app.ran.filter((key) => isDone.includes(key))).toEqual([])
      expect(new Set(app.ran).size).toBe(app.ran.length)
      // A step that was cut while it streamed keeps its complete calls; the model may make other ones then.
      if (!from.facts.some(({ type }) => type === 'step.cut'))
        expect([...new Set([...app.ran, ...begun, 'r/parallel/count'])].toSorted()).toEqual(all)
      expect(from.facts.map(({ seq }) => seq)).toEqual(from.facts.map((_, at) => at))
    }
  })

  it('pauses the root for a call of the leaf, and takes the decision by its path', async () => {
    const app: App = { ran: [] }
    const log = memoryLog()
    const tree = treeOf(leafOf('pay'))
    const paused = await tree.run('go', { log, context: app, runId: 'r' })
    expect(paused).toMatchObject({
      status: 'approval',
      requests: [{ name: 'pay', path: leafPath, callId: 'l2' }],
      stages: { 'parallel/count': { status: 'done', output: 2 }, 'parallel/team': { status: 'waiting' } },
    })
    if (paused.status !== 'approval') return
    expect(app.ran.toSorted()).toEqual(all.filter((key) => !key.endsWith('l2')))
    const { id } = paused.requests[0]!
    await expect(
      tree.run(undefined, { from: saved(log), context: app, decisions: { other: { approve: true } } }),
    ).rejects.toThrow('"other"')
    const decided = await tree.run(undefined, {
      from: saved(log),
      context: app,
      decisions: { [id]: { approve: true } },
    })
    expect(decided).toMatchObject({ status: 'done', output: 'Team done. 2' })
    expect(app.ran.toSorted()).toEqual(all)
  })

  it('ends on all levels when the root is aborted, and goes on from there', async () => {
    const app: App = { ran: [], hangs: true }
    const log = memoryLog()
    const tree = treeOf(leafOf('wait'))
    const stream = tree.stream('go', { log, context: app, runId: 'r' })
    const started = performance.now()
    stream.on('tool.start', ({ name }) => name === 'wait' && stream.abort('enough'))
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
    expect(performance.now() - started).toBeLessThan(5000)
    expect(log.facts.flatMap((fact) => (fact.type === 'run.done' ? [[fact.path, fact.outcome.status]] : []))).toEqual(
      [leafPath, 'parallel/team', ''].map((path) => [path, 'aborted']),
    )
    const before = [...app.ran]
    const again: App = { ran: [] }
    expect(await tree.run(undefined, { from: saved(log), context: again, approver })).toMatchObject({
      status: 'done',
      output: 'Team done. 2',
    })
    expect([...new Set([...before, ...again.ran])].toSorted()).toEqual(all)
    expect(again.ran.filter((key) => before.includes(key) && !key.endsWith('l2'))).toEqual([])
  })

  it('adds up the usage of all steps exactly, also after a resume', async () => {
    const log = memoryLog()
    const tree = treeOf(leafOf('pay'))
    const whole = await tree.run('go', { log, context: { ran: [] }, approver })
    const steps = log.facts.flatMap((fact) => (fact.type === 'step.done' ? [fact.usage!] : []))
    const sum = (key: 'prompt_tokens' | 'completion_tokens' | 'total_tokens') =>
      steps.reduce((total, usage) => total + usage[key], 0)
    const usage = {
      reported: {
        prompt_tokens: sum('prompt_tokens'),
        completion_tokens: sum('completion_tokens'),
        total_tokens: sum('total_tokens'),
      },
      unreported: 0,
      estimated: 0,
    }
    expect(steps).toHaveLength(4)
    expect(usage.reported).toEqual({ prompt_tokens: 36, completion_tokens: 10, total_tokens: 46 })
    expect(whole.usage).toEqual(usage)
    expect(whole.stages['parallel/team']!.usage).toEqual(usage)
    expect((await tree.run(undefined, { from: saved(log), context: { ran: [] } })).usage).toEqual(usage)
  })
})
