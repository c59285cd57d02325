// The events of a typed answer, and what every event of a run carries.
import { tool } from '@toolloop/schema'
import { call, calls, type Reply, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type OutputMode, type RunEvent } from '../index.ts'

const answer = { title: 'Owls', pages: 3 }
const Book = z.object({ title: z.string(), pages: z.number() })
const json = JSON.stringify(answer)
const modes: [OutputMode, (value: unknown) => Reply][] = [
  ['native', (value) => text(JSON.stringify(value))],
  ['prompt', (value) => text(JSON.stringify(value))],
  ['tool', (value) => call('final_answer', value as typeof answer)],
]

describe('a typed answer', () => {
  it.each<[string, string]>([
    ['as it is', json],
    ['behind white space', ` \n${json}`],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence without a language', `\n\`\`\`\n${json}\`\`\`\n`],
    ['behind its reasoning', `<think>A { "book"? }</think>\n${json}`],
    ['behind its reasoning without the opening tag', `A book?\n</think>${json}`],
    ['behind its reasoning, in a fence', `<think>\`\`\`?</think>\n\`\`\`json\n${json}\n\`\`\`\n`],
  ])('in the content is the same %s, cut anywhere', async (_form, content) => {
    for (const mode of ['native', 'prompt'] as const)
      for (const deltaSize of [1, 2, 3, 7, 1000]) {
        const author = agent({
          name: 'author',
          model: scriptedModel([text(content)], { deltaSize }),
          output: { schema: Book, mode },
        })
        let shown = ''
        let last: unknown
        let outputs = 0
        for await (const event of author.stream('Write.')) {
          if (event.type === 'output.delta') {
            if (event.parsed !== undefined || event.delta.startsWith('{')) shown += event.delta
            last = structuredClone(event.parsed)
          }
          if (event.type === 'output.done') outputs++
        }
        expect({ mode, deltaSize, shown: shown.trim(), last, outputs }).toEqual({
          mode,
          deltaSize,
          shown: json,
          last: answer,
          outputs: 1,
        })
      }
  })

  it('in a fence that a token limit cut off is the partial result', async () => {
    const cut = '```json\n{"title":"Owls","pa'
    const author = agent({
      name: 'author',
      model: scriptedModel([text(cut, { finishReason: 'length' })]),
      output: { schema: Book, mode: 'prompt' },
    })
    expect(await author.run('Write.')).toMatchObject({ status: 'truncated', partial: { title: 'Owls' } })
  })

  it('may hold a fence of its own', async () => {
    const told = { title: '```js\n1```', pages: 1 }
    const author = agent({
      name: 'author',
      model: scriptedModel([text(`\`\`\`json\n${JSON.stringify(told)}\n\`\`\``)], { deltaSize: 3 }),
      output: { schema: Book, mode: 'prompt' },
    })
    let last: unknown
    for await (const event of author.stream('Write.'))
      if (event.type === 'output.delta') last = structuredClone(event.parsed)
    expect(last).toEqual(told)
  })

  it.each(modes)(
    'of an agent as a tool, and after a handoff, is shown likewise in mode `%s`',
    async (mode, replyWith) => {
      const author = agent({
        name: 'author',
        model: scriptedModel([replyWith(answer)], { deltaSize: 4 }),
        output: { schema: Book, mode },
      })
      const caller = agent({
        name: 'caller',
        model: scriptedModel([call('ask', { input: 'x' }, { id: 'c' }), text('Done.')]),
        tools: [author.asTool({ name: 'ask', description: 'The author.' })],
      })
      const triage = agent({
        name: 'triage',
        model: scriptedModel([call('transfer_to_author')]),
        handoffs: [author.with({ model: scriptedModel([replyWith(answer)], { deltaSize: 4 }) })],
      })
      for (const [run, place] of [
        [caller.stream('x'), { path: '0:c', step: 0 }],
        [triage.stream('x'), { path: '', step: 1 }],
      ] as const) {
        let shown = ''
        const outputs: unknown[] = []
        for await (const event of run) {
          if (event.type === 'output.delta') {
            shown += event.delta
            expect(event).toMatchObject(place)
          }
          if (event.type === 'output.done') outputs.push({ path: event.path, step: event.step, output: event.output })
        }
        expect({ mode, shown, outputs }).toEqual({ mode, shown: json, outputs: [{ ...place, output: answer }] })
      }
    },
  )

  it.each(modes)('is shown by the same events in mode `%s`, whatever the wire', async (mode, replyWith) => {
    for (const wire of ['stream', 'plain'] as const) {
      const author = agent({
        name: 'author',
        model: scriptedModel([replyWith(answer)], { deltaSize: 4 }),
        output: { schema: Book, mode },
        wire,
      })
      let whole = ''
      const titles: unknown[] = []
      const outputs: unknown[] = []
      const types: string[] = []
      for await (const event of author.stream('Write.', { runId: 'r' })) {
        types.push(event.type)
        if (event.type === 'output.delta') {
          whole += event.delta
          titles.push(event.parsed?.title)
          expect(event).toMatchObject({ run: 'r', path: '', step: 0 })
          expect(Object.keys(event)).not.toContain('parsed')
          expect(event.isComplete()).toBe(whole === json)
        }
        if (event.type === 'output.done') outputs.push({ ...event })
      }
      expect({ wire, whole, title: titles.at(-1), outputs, last: types.slice(-2) }).toEqual({
        wire,
        whole: json,
        title: 'Owls',
        outputs: [{ type: 'output.done', run: 'r', path: '', step: 0, output: answer }],
        last: ['output.done', 'run.done'],
      })
    }
  })

  it.each(modes)('begins anew with the step that retries it, in mode `%s`', async (mode, replyWith) => {
    const author = agent({
      name: 'author',
      model: scriptedModel([replyWith({ title: 'Owls' }), replyWith(answer)]),
      output: { schema: Book, mode },
    })
    const texts = new Map<number, string>()
    const done: number[] = []
    for await (const event of author.stream('Write.')) {
      if (event.type === 'output.delta') texts.set(event.step, (texts.get(event.step) ?? '') + event.delta)
      if (event.type === 'output.done') done.push(event.step)
    }
    expect([...texts]).toEqual([
      [0, '{"title":"Owls"}'],
      [1, json],
    ])
    expect(done).toEqual([1])
  })

  it('has no such events where the answer is text, or is not typed by an output', async () => {
    const types: string[] = []
    for await (const event of agent({ name: 'a', model: scriptedModel([text('Hi.')]) }).stream('x'))
      types.push(event.type)
    expect(types).toContain('content.delta')
    expect(types.filter((type) => type.startsWith('output.'))).toEqual([])
  })
})

describe('every event', () => {
  it('carries the run and the path; every event of a step its number', async () => {
    const look = tool({
      name: 'look',
      parameters: z.object({ at: z.string() }),
      effects: 'none',
      retries: 1,
      execute: async function* ({ at }, { attempt }) {
        yield `looking at ${at}`
        if (attempt === 1) throw new Error('once more')
        return 'fine'
      },
    })
    const script = [
      calls([{ name: 'look', args: { at: 'Oslo' }, id: 'c1' }], { content: 'Wait.' }),
      text(''),
      text('Fine.'),
    ]
    const inner = agent({ name: 'inner', model: scriptedModel(script), tools: [look] })
    const outer = agent({
      name: 'outer',
      model: scriptedModel([call('ask', { input: 'x' }, { id: 'o1' }), text('Done.')]),
      tools: [inner.asTool({ name: 'ask', description: 'Inner.' })],
    })
    const seen = new Map<string, Set<string>>()
    for await (const one of outer.stream('Go.', { runId: 'r' })) {
      const event = one as RunEvent & { readonly run: string; readonly path: string; readonly step?: number }
      expect(event.run).toBe('r')
      if (!/^(run\.|message\.)/.test(event.type)) expect(event.step).toBeTypeOf('number')
      seen.set(event.path, (seen.get(event.path) ?? new Set()).add(event.type))
    }
    expect([...seen.keys()]).toEqual(['', '0:o1'])
    for (const type of ['tool.progress', 'attempt.retry', 'step.reset', 'content.delta', 'content.done'])
      expect(seen.get('0:o1')).toContain(type)
  })
})
