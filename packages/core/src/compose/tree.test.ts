// Three levels: an agent, an agent as its tool, and one as that one's tool.
import { tool, type ToolContext } from '@toolloop/schema'
import { calls, checkTranscript, type Reply, scriptedModel, text } from '@toolloop/testing'
import type { ChatModel, ModelRequest } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  type Agent,
  describe as describeRun,
  type Fact,
  fork,
  isFact,
  memoryLog,
  type MemoryLog,
  outputOf,
  readRun,
  replay,
  type Result,
} from '../index.ts'

/** Answers by the names of the calls that have results: the next reply follows from the conversation alone. */
const answering = (...replies: readonly Reply[]): ChatModel =>
  scriptedModel(({ messages }: ModelRequest) => {
    const made = messages.filter(({ role }) => role === 'assistant').length
    return replies[made] ?? text('Nothing more.')
  })

interface App {
  readonly ran: string[]
}
const parameters = z.object({ id: z.string() })
const execute = ({ id }: { id: string }, { idempotencyKey, context }: ToolContext<App>) => {
  context.ran.push(idempotencyKey)
  return `ran ${id}`
}
const read = tool({ name: 'read', parameters, effects: 'none', execute })
const write = tool({ name: 'write', parameters, execute })
const guarded = tool({ name: 'guarded', parameters, needsApproval: true, execute })

const usage = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 }
const leafOf = (...replies: readonly Reply[]) =>
  agent({ name: 'leaf', model: answering(...replies), tools: [read, write, guarded], maxSteps: 3 })

/** `root` calls `middle` and `read` in one step; `middle` calls `leaf`. */
function treeOf(leaf: ReturnType<typeof leafOf>) {
  const middle = agent({
    name: 'middle',
    model: answering(
      calls([{ name: 'ask_leaf', args: { input: 'Write b.' }, id: 'm1' }], { usage }),
      text('Middle done.', { usage }),
    ),
    tools: [leaf.asTool({ name: 'ask_leaf', description: 'The leaf.' })],
  })
  const asked = middle.asTool({
    name: 'ask_middle',
    description: 'The middle.',
    parameters: z.object({ topic: z.string() }),
    input: ({ topic }) => `About ${topic}.`,
    output: (answer) => ({ answer }),
  })
  return agent({
    name: 'root',
    model: answering(
      calls(
        [
          { name: 'ask_middle', args: { topic: 'owls' }, id: 'r1' },
          { name: 'read', args: { id: 'a' }, id: 'r2' },
        ],
        { usage },
      ),
      text('All done.', { usage }),
    ),
    tools: [asked, read],
  })
}

const working = leafOf(
  calls(
    [
      { name: 'read', args: { id: 'x' }, id: 'l1' },
      { name: 'write', args: { id: 'y' }, id: 'l2' },
    ],
    { usage },
  ),
  text('Leaf done.', { usage }),
)
const asking = leafOf(
  calls(
    [
      { name: 'guarded', args: { id: 'x' }, id: 'l1' },
      { name: 'read', args: { id: 'z' }, id: 'l2' },
    ],
    { usage },
  ),
  text('Leaf done.', { usage }),
)

const middlePath = '0:r1'
const leafPath = '0:r1/0:m1'
const saved = (log: MemoryLog, length = log.facts.length): MemoryLog =>
  memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[])
const ownOf = (facts: readonly Fact[], path: string): readonly Fact[] => facts.filter((one) => one.path === path)
const typesOf = (facts: readonly Fact[]): readonly string[] => facts.map(({ type }) => type)

describe('a tree of agents', () => {
  it('has one log, in which the path tells the tree and one counter numbers the facts', async () => {
    const app: App = { ran: [] }
    const log = memoryLog()
    const result = await treeOf(working).run('Go.', { log, context: app, runId: 'r' })
    expect(outputOf(result)).toBe('All done.')
    expect(log.facts.map(({ seq, run }) => [seq, run])).toEqual(log.facts.map((_, at) => [at, 'r']))
    expect([...new Set(log.facts.map(({ path }) => path))].toSorted()).toEqual(['', middlePath, leafPath])
    expect(typesOf(ownOf(log.facts, middlePath))).toEqual([
      'run.start',
      'step.start',
      'step.done',
      'tool.start',
      'tool.done',
      'step.start',
      'step.done',
      'run.done',
    ])
    expect(app.ran.toSorted()).toEqual(['r/0/r2', `r/${leafPath}/0/l1`, `r/${leafPath}/0/l2`])
    expect(result.messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
      '{"answer":"Middle done."}',
      'ran a',
    ])
  })

  it('adds up usage over the tree, and tells what each run came to', async () => {
    const log = memoryLog()
    const result = await treeOf(working).run('Go.', { log, context: { ran: [] } })
    const of = (steps: number) => ({ prompt_tokens: 10 * steps, completion_tokens: steps, total_tokens: 11 * steps })
    expect(result.usage).toEqual({ reported: of(6), unreported: 0, estimated: 0 })
    const leaf = {
      path: leafPath,
      agent: 'leaf',
      status: 'done',
      outcome: { status: 'done', text: 'Leaf done.' },
      steps: 2,
      usage: { reported: of(2), unreported: 0, estimated: 0 },
      cost: undefined,
      children: [],
    }
    expect(result.children).toEqual([
      {
        ...leaf,
        path: middlePath,
        agent: 'middle',
        outcome: { status: 'done', text: 'Middle done.' },
        usage: { reported: of(4), unreported: 0, estimated: 0 },
        children: [leaf],
      },
    ])
    const reading = await readRun(log)
    expect(reading).toMatchObject({ usage: result.usage, children: result.children, status: 'done' })
    expect(await describeRun(log)).toContain(`${leafPath}  run.start`)
  })

  it('shows the events of all runs in the stream of the root, and logs each fact before', async () => {
    const log = memoryLog()
    const deltas: unknown[] = []
    const shown: Fact[] = []
    for await (const event of treeOf(working).stream('Go.', { log, context: { ran: [] } })) {
      if (event.type === 'content.delta') deltas.push(event.delta)
      if (!isFact(event)) continue
      expect(log.facts[(event as Fact).seq]).toBe(event)
      shown.push(event)
    }
    expect(shown).toEqual(log.facts)
    expect(deltas.join('')).toBe('Leaf done.Middle done.All done.')
  })

  it('resumes at every prefix of its log: no finished tool runs again, no unsafe one twice', async () => {
    const whole = memoryLog()
    const root = treeOf(working)
    await root.run('Go.', { log: whole, context: { ran: [] }, runId: 'r' })
    const keys = ['r/0/r2', `r/${leafPath}/0/l1`, `r/${leafPath}/0/l2`]
    for (let length = 1; length <= whole.facts.length; length++) {
      const app: App = { ran: [] }
      const log = saved(whole, length)
      const before = log.facts.slice()
      let result: Result = await root.run(undefined, { from: log, context: app })
      const isDone = (key: string): boolean =>
        before.some((one, at) => one.type === 'tool.start' && one.idempotencyKey === key && doneAfter(before, one, at))
      const cut = before.find(
        (one, at) => one.type === 'tool.start' && one.name === 'write' && !doneAfter(before, one, at),
      )
      if (cut) {
        expect(result.status, `prefix ${length}`).toBe('approval')
        const requests = result.status === 'approval' ? result.requests : []
        expect(requests.map(({ kind, path }) => [kind, path])).toEqual([['interrupted', leafPath]])
        const decisions = { [requests[0]!.id]: { result: 'It was written.' } }
        result = await root.run(undefined, { from: log, decisions, context: app })
      }
      expect(outputOf(result), `prefix ${length}`).toBe('All done.')
      const due = keys.filter((key) => !isDone(key) && !(cut && key.endsWith('l2')))
      // What was not sealed when the process died is lost with its step: the model decides anew.
      if (streams(before)) expect(due).toEqual(expect.arrayContaining(app.ran))
      else expect(app.ran.toSorted(), `prefix ${length}`).toEqual(due.toSorted())
      const problem = checkTranscript(result.messages)
      expect(problem, `prefix ${length}`).toBeUndefined()
      expect(await replay(log, root, { context: app })).toMatchObject({ output: 'All done.' })
    }
  })
})

/** Whether a step with a sealed call has no message yet. */
const streams = (facts: readonly Fact[]): boolean =>
  facts.some(
    (one, at) =>
      one.type === 'call.sealed' &&
      !facts.slice(at).some(({ type, path }) => type === 'step.done' && path === one.path),
  )

const doneAfter = (facts: readonly Fact[], start: Fact & { callId: string }, at: number): boolean =>
  facts.slice(at).some((one) => one.type === 'tool.done' && one.path === start.path && one.callId === start.callId)

describe('a request in the leaf', () => {
  it('pauses the root; a decision by its id goes on with all levels', async () => {
    const app: App = { ran: [] }
    const log = memoryLog()
    const root = treeOf(asking)
    const paused = await root.run('Go.', { log, context: app, runId: 'r' })
    const [request] = paused.status === 'approval' ? paused.requests : []
    expect(request).toMatchObject({ path: leafPath, name: 'guarded', callId: 'l1' })
    expect(request!.id.startsWith(`${leafPath}/0/l1#`)).toBe(true)
    expect(log.facts.filter(({ type }) => type.endsWith('.pause')).map(({ path, type }) => `${path} ${type}`)).toEqual([
      `${leafPath} run.pause`,
      `${middlePath} tool.pause`,
      `${middlePath} run.pause`,
      ' tool.pause',
      ' run.pause',
    ])
    expect((await readRun(log)).requests).toEqual([request])
    await expect(
      root.run(undefined, { from: saved(log), decisions: { [`${leafPath}/0/zz#1`]: { approve: true } }, context: app }),
    ).rejects.toThrow(/no pending request/)
    await expect(
      root.run(undefined, { from: saved(log), decisions: { nobody: { approve: true } }, context: app }),
    ).rejects.toThrow(request!.id)
    // Without a decision it pauses again, and asks the same.
    const again = await root.run(undefined, { from: saved(log), context: app })
    expect(again).toMatchObject({ status: 'approval', requests: [{ id: request!.id }] })

    const next = saved(log)
    const result = await root.run(undefined, {
      from: next,
      decisions: { [request!.id]: { approve: true, arguments: { id: 'edited' } } },
      context: app,
    })
    expect(outputOf(result)).toBe('All done.')
    expect(app.ran.toSorted()).toEqual(['r/0/r2', `r/${leafPath}/0/l1`, `r/${leafPath}/0/l2`])
    expect(next.facts.find(({ type }) => type === 'approval.decision')).toMatchObject({
      path: leafPath,
      id: request!.id,
    })
    await expect(
      root.run(undefined, { from: next, decisions: { [request!.id]: { approve: true } }, context: app }),
    ).rejects.toMatchObject({
      problem: 'decided',
    })
    expect(await replay(next, root, { context: app })).toMatchObject({ output: 'All done.' })
  })

  it('is decided by the approver of the root', async () => {
    const seen: string[] = []
    const result = await treeOf(asking).run('Go.', {
      context: { ran: [] },
      approver: ({ path, name }) => {
        seen.push(`${path} ${name}`)
        return { approve: true }
      },
    })
    expect(outputOf(result)).toBe('All done.')
    expect(seen).toEqual([`${leafPath} guarded`])
  })

  it('is decided at the stream of the root, which waits', async () => {
    const stream = treeOf(asking).stream('Go.', { context: { ran: [] }, approvals: 'wait' })
    const problems: unknown[] = []
    stream.on('approval.request', (event) => {
      stream.approve(event.id).catch((error: unknown) => problems.push(error))
    })
    expect(outputOf(await stream.result)).toBe('All done.')
    expect(problems).toEqual([])
  })
})

describe('an abort of the root', () => {
  it('ends all levels within a second, each with its last facts in the log; a resume goes on', async () => {
    let abort = (): void => {}
    let isStuck = true
    const stuck = tool({
      name: 'write',
      parameters,
      effects: 'idempotent',
      execute: (): string | Promise<string> => {
        if (!isStuck) return 'written'
        abort()
        return new Promise(() => {}) // ignores its signal
      },
    })
    const leaf = working.with({ tools: [read, stuck, guarded] })
    const root = treeOf(leaf)
    const log = memoryLog()
    const stream = root.stream('Go.', { log, context: { ran: [] } })
    abort = () => stream.abort('enough')
    const before = performance.now()
    const result = await stream.result
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(result).toMatchObject({ status: 'aborted', reason: 'enough' })
    for (const path of ['', middlePath, leafPath])
      expect(ownOf(log.facts, path).at(-1)).toMatchObject({
        type: 'run.done',
        outcome: { status: 'aborted', reason: 'enough' },
      })
    expect(log.facts.at(-1)!.path).toBe('')
    isStuck = false
    const resumed = await root.run(undefined, { from: saved(log), context: { ran: [] } })
    expect(outputOf(resumed)).toBe('All done.')
  })
})

describe('a child that has no output', () => {
  it.each<[string, Reply[], string | RegExp]>([
    ['a refusal', [text('', { message: { refusal: 'No.' } })], 'The agent `leaf` refused: No.'],
    [
      'its step limit',
      [1, 2, 3].map((n) => calls([{ name: 'read', args: { id: 'x' }, id: `l${n}` }])),
      'The agent `leaf` has no answer: it reached its limit of 3 steps.',
    ],
    [
      'a truncated answer',
      [text('Owls are', { finishReason: 'length' })],
      'The agent `leaf` has no complete answer: a token limit cut it off. It begins: Owls are',
    ],
    [
      'a filtered answer',
      [text('', { finishReason: 'content_filter' })],
      'The agent `leaf` has no answer: the server withheld it.',
    ],
  ])('tells the calling model about %s, as it is', async (_what, replies, words) => {
    const log = memoryLog()
    const result = await treeOf(leafOf(...replies)).run('Go.', { log, context: { ran: [] } })
    expect(outputOf(result)).toBe('All done.')
    const done = ownOf(log.facts, middlePath).find(({ type }) => type === 'tool.done')
    expect(done).toMatchObject({ ok: false, reason: 'failed', content: words })
    expect(result.children[0]!.children[0]!.status).not.toBe('done')
  })

  it('ends the calling run where `onToolError` is `throw`', async () => {
    const root = treeOf(leafOf(text('', { message: { refusal: 'No.' } })))
    const leaf = leafOf(text('', { message: { refusal: 'No.' } }))
    const caller = agent({
      name: 'caller',
      model: answering(calls([{ name: 'ask', args: { input: 'x' }, id: 'c' }])),
      tools: [leaf.asTool({ name: 'ask', description: 'The leaf.' })],
      onToolError: 'throw',
    })
    expect((await root.run('Go.', { context: { ran: [] } })).status).toBe('done')
    expect(await caller.run('Go.', { context: { ran: [] } })).toMatchObject({
      status: 'error',
      error: { name: 'RunError' },
    })
  })
})

describe('an agent as a tool', () => {
  it('starts while the calling model is still talking where all its tools may', async () => {
    const order: string[] = []
    const reader = agent({ name: 'reader', model: answering(text('Read.')), tools: [read] })
    const caller: Agent<string, readonly [], App> = agent({
      name: 'caller',
      model: answering(
        calls([
          { name: 'ask', args: { input: 'x' }, id: 'c1' },
          { name: 'unknown', args: {}, id: 'c2' },
        ]),
        text('Done.'),
      ),
      tools: [reader.asTool({ name: 'ask', description: 'The reader.' })],
    }) as never
    for await (const event of caller.stream('Go.', { context: { ran: [] } }))
      if ('seq' in event) order.push(`${event.path} ${event.type}`)
    expect(order.indexOf(' call.sealed')).toBeGreaterThan(0)
    expect(order.indexOf(' tool.start')).toBeLessThan(order.indexOf(' step.done'))
    expect(treeOf(working).tools[0].policy.effects).toBe('unsafe')
    expect(reader.asTool({ name: 'ask', description: 'x' }).policy.effects).toBe('none')
    // `prepareStep` may add tools of any effects.
    const adding = reader.with({ prepareStep: () => ({}) })
    expect(adding.asTool({ name: 'ask', description: 'x' }).policy.effects).toBe('unsafe')
  })

  it('runs by itself for a caller that knows no agents', async () => {
    const one = agent({ name: 'one', model: answering(text('Alone.')) }).asTool({ name: 'ask', description: 'One.' })
    const context = {
      signal: new AbortController().signal,
      call: { id: 'c', type: 'function' as const, function: { name: 'ask', arguments: '{"input":"x"}' } },
      context: undefined,
      step: 0,
      runId: 'r',
      attempt: 1,
      idempotencyKey: 'k',
      progress: () => {},
    }
    expect(await one.execute!(await one.parse('{"input":"x"}'), context)).toBe('Alone.')
    await expect(one.parse('{"input":1}')).rejects.toThrow(/expected a text/)
  })

  it('is kept in a fork where its call is done', async () => {
    const log = memoryLog()
    const root = treeOf(working)
    await root.run('Go.', { log, context: { ran: [] }, runId: 'r' })
    const app: App = { ran: [] }
    const forked = await fork(log, { before: 'r2', runId: 'f' })
    expect(ownOf(forked.facts, leafPath)).toHaveLength(ownOf(log.facts, leafPath).length)
    expect(outputOf(await root.run(undefined, { from: forked, context: app }))).toBe('All done.')
    expect(app.ran).toEqual(['f/0/r2'])
    const other = await fork(log, { before: 'r1', runId: 'g' })
    expect(ownOf(other.facts, leafPath)).toHaveLength(0)
    expect(outputOf(await root.run(undefined, { from: other, context: app }))).toBe('All done.')
    expect(app.ran).toEqual(['f/0/r2', `g/${leafPath}/0/l1`, `g/${leafPath}/0/l2`])
  })
})
