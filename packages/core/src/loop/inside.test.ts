// A run inside a task of another run: two machines, one loop, one log.
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type Fact, memoryLog, type MemoryLog, type Result, type RunEvent } from '../index.ts'
import {
  agentInside,
  fact,
  type Level,
  type LoopState,
  messagesFrom,
  type Opening,
  OpenRunStream,
  openRoot,
  type Source,
  specBehind,
} from '../machine.ts'

const ran: string[] = []
const read = tool({
  name: 'read',
  parameters: z.object({ id: z.string() }),
  execute: ({ id }, { idempotencyKey }) => {
    ran.push(idempotencyKey)
    return `ran ${id}`
  },
})
const reader = agent({
  name: 'reader',
  model: scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? text('Read.') : call('read', { id: 'a' }, { id: 'call_a' }),
  ),
  tools: [read],
})

interface TwoState extends LoopState {
  readonly texts: readonly string[]
}

/** A machine that runs the agent twice, side by side, and joins the answers. */
const two: Opening<TwoState, { key: string; path?: string }, TwoState> = {
  fold: {
    initial: { status: 'running', texts: [] },
    apply: (state, one) => {
      if (one.type === 'message.add')
        return { ...state, texts: [...state.texts, JSON.stringify(one.message.content).slice(1, -1)] }
      return one.type === 'run.done' ? { ...state, status: 'done' } : state
    },
  },
  begin: (past) => [
    past.length === 0
      ? fact({ type: 'run.start', version: 1, agent: { name: 'two', fingerprint: '' }, input: [] })
      : fact({ type: 'run.resume', agent: { name: 'two', fingerprint: '' } }),
  ],
  on: (level) => ({
    machine: {
      ...two.fold,
      decide: ({ texts }) =>
        texts.length === 2
          ? [{ key: 'finish' }]
          : ['one', 'two'].filter((path) => !texts.includes(`${path}: Read.`)).map((path) => ({ key: path, path })),
      perform: ({ path }) => (path === undefined ? finish() : stage(level, path)),
      isEager: () => true,
    },
    result: () => level.state,
  }),
}

// oxlint-disable-next-line require-yield -- its only batch is its last
async function* finish(): Source {
  return [fact({ type: 'run.done', outcome: { status: 'done', text: '' } })]
}

async function* stage(parent: Level, segment: string): Source {
  const result: Result = yield* agentInside<string>({ parent, segment }, specBehind(reader), messagesFrom('Go.'))
  if (parent.signal.aborted) return
  const content = `${segment}: ${result.status === 'done' ? result.output : result.status}`
  return [fact({ type: 'message.add', origin: 'caller', message: { role: 'user', content } })]
}

const streamed = (log: MemoryLog): OpenRunStream<TwoState> =>
  new OpenRunStream(() => openRoot(two, { log, runId: 'r' }, true), undefined)
const eventsOf = async (stream: AsyncIterable<unknown>): Promise<RunEvent[]> => {
  const events: RunEvent[] = []
  for await (const event of stream) events.push(event as RunEvent)
  return events
}
const shownOf = ({ path, type }: Fact): string => `${path} ${type}`

describe('a run inside another', () => {
  it('writes its facts to the one log under its path, before they are shown', async () => {
    ran.length = 0
    const log = memoryLog()
    const shown: Fact[] = []
    for await (const event of streamed(log)) {
      if (!('seq' in event)) continue
      expect(log.facts[event.seq]).toBe(event)
      shown.push(event)
    }
    expect(shown).toEqual(log.facts)
    expect(log.facts.map(({ seq }) => seq)).toEqual(log.facts.map((_, at) => at))
    expect(log.facts.filter(({ path }) => path === 'one').map(shownOf)).toEqual(
      ['run.start', 'step.start', 'step.done', 'tool.start', 'tool.done', 'step.start', 'step.done', 'run.done'].map(
        (type) => `one ${type}`,
      ),
    )
    expect(log.facts.filter(({ path }) => path === '').map(({ type }) => type)).toEqual([
      'run.start',
      'message.add',
      'message.add',
      'run.done',
    ])
    expect(ran.toSorted()).toEqual(['r/one/0/call_a', 'r/two/0/call_a'])
  })

  it('goes on from its own facts at every prefix of the log', async () => {
    const whole = memoryLog()
    await streamed(whole).result
    for (let length = 1; length <= whole.facts.length; length++) {
      ran.length = 0
      const prefix = whole.facts.slice(0, length)
      const log = memoryLog(JSON.parse(JSON.stringify(prefix)) as Fact[])
      const state = await streamed(log).result
      const started = (path: string): boolean => prefix.some((one) => one.type === 'tool.start' && one.path === path)
      // A tool with effects that had started is not run again: its run pauses and asks.
      const isCut = ['one', 'two'].some(
        (path) => started(path) && !prefix.some((one) => one.type === 'tool.done' && one.path === path),
      )
      expect(ran.length, `prefix ${length}`).toBe(['one', 'two'].filter((path) => !started(path)).length)
      if (!isCut) expect(state.texts.toSorted(), `prefix ${length}`).toEqual(['one: Read.', 'two: Read.'])
    }
  })

  it('ends with its parent after an abort, and its last facts are in the log', async () => {
    let abort = (): void => {}
    const slow = tool({
      name: 'read',
      parameters: z.object({ id: z.string() }),
      execute: async (_args, { signal }) => {
        abort()
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        return 'in time'
      },
    })
    const log = memoryLog()
    const spec = specBehind(reader.with({ tools: [slow] }))
    const one: typeof two = {
      ...two,
      on: (level) => {
        const { machine, result } = two.on(level)
        const source = (): Source =>
          (async function* (): Source {
            yield* agentInside<string>({ parent: level, segment: 'one' }, spec, messagesFrom('Go.'))
            return level.signal.aborted ? undefined : []
          })()
        return { machine: { ...machine, decide: () => [{ key: 'one' }], perform: source }, result }
      },
    }
    const stream = new OpenRunStream(() => openRoot(one, { log }, true), undefined)
    abort = () => stream.abort('enough')
    await eventsOf(stream)
    expect(log.facts.map(shownOf)).toEqual([
      ' run.start',
      'one run.start',
      'one step.start',
      'one step.done',
      'one tool.start',
      'one tool.done',
      'one run.done',
      ' run.done',
    ])
    expect(log.facts.at(-1)).toMatchObject({ outcome: { status: 'aborted', reason: 'enough' } })
    expect(log.facts.at(-2)).toMatchObject({ outcome: { status: 'aborted', reason: 'enough' } })
  })
})
