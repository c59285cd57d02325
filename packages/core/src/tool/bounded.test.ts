// Long results: what the model reads of them, where the whole is, and how it reads on.
import { customTool, tool, toolResult } from '@toolloop/schema'
import { call, calls, checkTranscript, scriptedModel, text } from '@toolloop/testing'
import type { ModelRequest } from '@toolloop/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agent, type Fact, memoryLog, memoryResults, outputOf, replay, type ResultStore } from '../index.ts'

const byCharacter = (part: string): number => part.length
/** Runs one call of a tool that returns this, and gives its `tool.done` from the log. */
async function done(returned: unknown, maxResult: unknown, own?: unknown) {
  const answering = tool({ name: 'long', execute: () => returned, ...(own ? { maxResult: own as never } : {}) })
  const log = memoryLog()
  const worker = agent({
    name: 'w',
    model: scriptedModel([call('long', {}, { id: 'c1' }), text('Done.')]),
    tools: [answering],
    ...(maxResult ? { maxResult: maxResult as never } : {}),
  })
  const result = await worker.run('go', { log, runId: 'r' })
  expect(outputOf(result)).toBe('Done.')
  expect(checkTranscript(result.messages)).toBeUndefined()
  const fact = log.facts.find((one) => one.type === 'tool.done')
  if (fact?.type !== 'tool.done') throw new Error('no result')
  await replay(log, worker)
  return { fact, result }
}

describe('a long result', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  it.each<[string, unknown, string]>([
    ['head', 'head', 'abcdef\n[Cut: 20 of 26 characters are left out here.]'],
    ['tail', 'tail', '[Cut: 20 of 26 characters are left out here.]\nuvwxyz'],
    ['middle', 'middle', 'abc\n[Cut: 20 of 26 characters are left out here.]\nxyz'],
    ['a function', (whole: string) => whole.slice(10, 14), 'klmn\n[Cut from 26 characters.]'],
    ['a function that keeps too much', (whole: string) => whole, 'abcdef\n[Cut from 26 characters.]'],
    [
      'a function that throws',
      () => {
        throw new Error('no')
      },
      'abcdef\n[Cut from 26 characters.]',
    ],
    ['a function that returns no text', () => 7, 'abcdef\n[Cut from 26 characters.]'],
  ])('is cut by its rule: %s', async (_title, keep, content) => {
    const bound = { tokens: 6, keep, countTokens: byCharacter }
    const { fact } = await done(letters, bound)
    expect(fact).toMatchObject({ ok: true, content, cut: { tokens: 26, whole: letters } })
  })

  it('is cut by the default count, and by the bound of the tool before that of the agent', async () => {
    expect((await done(letters, 2)).fact.content).toBe('abcdef\n[Cut: 20 of 26 characters are left out here.]')
    expect((await done(letters, 2, 1)).fact.content).toMatch(/^abc\n/)
    expect((await done(letters, 2, { tokens: 1, keep: 'tail' })).fact.content).toMatch(/\nxyz$/)
    expect((await done(letters, 1, 9)).fact).not.toHaveProperty('cut')
    expect((await done(letters, undefined, 1)).fact.content).toMatch(/^abc\n/)
    expect((await done(letters, undefined)).fact.content).toBe(letters)
  })

  it('counts as the budget does, unless it says otherwise', async () => {
    const long = tool({ name: 'long', execute: () => letters })
    const model = () => scriptedModel([call('long'), text('Done.')])
    const budget = { tokens: 100_000, countTokens: byCharacter }
    const one = await agent({ name: 'w', model: model(), tools: [long], budget, maxResult: 4 }).run('go')
    expect(one.steps[0]!.calls[0]!.content).toMatch(/^abcd\n/)
  })

  it('of more than 1 MiB is kept whole', async () => {
    const { fact } = await done('x'.repeat(3_000_000), { tokens: 10 })
    expect(fact.cut && 'whole' in fact.cut && fact.cut.whole.length).toBe(3_000_000)
  })

  it('keeps details and images, also where its texts are cut; short ones stay as they are', async () => {
    const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA'.repeat(50) } }
    const parts = [{ type: 'text' as const, text: 'abc' }, image, { type: 'text' as const, text: letters }]
    const { fact } = await done(toolResult({ model: parts, details: { n: 1 } }), { tokens: 2 })
    expect(fact).toMatchObject({ content: expect.stringMatching(/^abc\nab\n\[Cut/), parts: [image], details: { n: 1 } })
    const short = await done(toolResult({ model: [parts[0], image], details: 1 }), { tokens: 2 })
    expect(short.fact).toMatchObject({ content: [{ type: 'text', text: 'abc' }], parts: [image], details: 1 })
    expect(short.fact).not.toHaveProperty('cut')
  })

  it('may be an error, a result from outside, or that of an agent', async () => {
    const failing = tool({
      name: 'failing',
      execute: () => {
        throw new Error(letters)
      },
    })
    const outside = tool({ name: 'outside' })
    const inner = agent({ name: 'inner', model: scriptedModel(() => text(letters)) })
    const worker = agent({
      name: 'w',
      model: scriptedModel([
        calls([{ name: 'failing' }, { name: 'outside', id: 'o' }, { name: 'ask', args: { input: 'x' } }]),
        text('Done.'),
      ]),
      tools: [failing, outside, inner.asTool({ name: 'ask', description: 'Asks.' })],
      maxResult: 2,
    })
    const log = memoryLog()
    await worker.run('go', { log })
    const result = await worker.run(undefined, { from: log, decisions: { o: { result: letters } } })
    expect(outputOf(result)).toBe('Done.')
    for (const { content, cut } of result.steps[0]!.calls) {
      expect(content).toMatch(/^[a-z]+(: [a-z]+)?\n\[Cut: /i)
      expect(cut).toMatchObject({ whole: expect.stringContaining(letters) })
    }
  })

  it('is never cut inside a code point, and never longer than its bound', async () => {
    const keeps = fc.constantFrom<'head' | 'tail' | 'middle'>('head', 'tail', 'middle')
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        keeps,
        async (whole, tokens, keep) => {
          const free = customTool({ name: 'long', execute: () => whole })
          const worker = agent({
            name: 'w',
            model: scriptedModel([calls([{ name: 'long', input: 'x' }]), text('Done.')]),
            tools: [free],
            maxResult: { tokens, keep },
          })
          const result = await worker.run('go')
          const { content, cut } = result.steps[0]!.calls[0]!
          if (!cut) return expect(content).toBe(whole)
          const shown = typeof content === 'string' ? content : ''
          expect(shown.isWellFormed()).toBe(whole.isWellFormed())
          const [before = '', after = ''] = shown.split(/\n?\[Cut: \d+ of \d+ characters are left out here\.\]\n?/)
          expect(whole.startsWith(before) && whole.endsWith(after)).toBe(true)
          const bytes = (part: string): number => Math.ceil(new TextEncoder().encode(part).length / 3)
          expect(bytes(before) + bytes(after)).toBeLessThanOrEqual(tokens)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a store of whole results', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const long = tool({ name: 'long', effects: 'none', execute: () => letters })
  const handleIn = ({ messages }: Pick<ModelRequest, 'messages'>): { handle: string; offset: number } => {
    const found = /read_result\((\{.*?\})\)/.exec(JSON.stringify(messages).replaceAll(String.raw`\"`, '"'))
    return JSON.parse(found![1]!) as { handle: string; offset: number }
  }
  const workerOf = (store: ResultStore | undefined, tokens = 10) =>
    agent({
      name: 'w',
      model: scriptedModel((request) => {
        const results = request.messages.filter(({ role }) => role === 'tool')
        if (results.length === 0) return call('long', {}, { id: 'c1' })
        if (results.length > 3) return text('Done.')
        const { handle } = handleIn(request)
        return call('read_result', { handle, offset: results.length * 10 }, { id: `r${results.length}` })
      }),
      tools: [long],
      maxResult: { tokens, countTokens: byCharacter, ...(store && { store }) },
    })

  it('gives the model a handle, and a tool to read on to the end', async () => {
    const store = memoryResults()
    const log = memoryLog()
    const worker = workerOf(store)
    const result = await worker.run('go', { log, runId: 'r' })
    expect(result.steps.flatMap((step) => step.calls.map(({ content }) => content))).toEqual([
      'abcdefghij\n[Cut: 16 of 26 characters are left out here. Read on with read_result({"handle":"r/0/c1","offset":10}).]',
      'klmnopqrst\n[Characters 10 to 20 of 26. Read on at offset 20.]',
      'uvwxyz\n[Characters 20 to 26 of 26. This is the end.]',
      '\n[Characters 26 to 26 of 26. This is the end.]',
    ])
    expect(result.steps[0]!.calls[0]!.cut).toEqual({ tokens: 26, handle: 'r/0/c1' })
    expect(JSON.stringify(log.facts)).not.toContain(letters)
    expect(result.request(0)!.tools!.map((one) => one.type === 'function' && one.function.name)).toEqual([
      'long',
      'read_result',
    ])
    await replay(log, worker)
  })

  it('is only offered where there is one', async () => {
    const result = await workerOf(undefined)
      .run('go', { signal: AbortSignal.timeout(5_000) })
      .catch(() => undefined)
    expect(result?.request(0)?.tools?.length).toBe(1)
  })

  it('renders the same bytes from every prefix, and reads in a process that has the store', async () => {
    const store = memoryResults()
    const log = memoryLog()
    const whole = await workerOf(store).run('go', { log, runId: 'r' })
    for (let length = 1; length < log.facts.length; length++) {
      const prefix = JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[]
      const result = await workerOf(store).run(undefined, {
        from: memoryLog(prefix),
        approver: () => ({ approve: true }),
      })
      expect(result.messages).toEqual(whole.messages)
    }
    const lost = await workerOf(memoryResults()).run(undefined, {
      from: memoryLog(log.facts.slice(0, 6)),
      approver: () => ({ approve: true }),
    })
    expect(JSON.stringify(lost.messages)).toContain('There is no result with the handle')
  })

  it('that fails leaves the whole in the log', async () => {
    const failing: ResultStore = { get: () => undefined, set: () => Promise.reject(new Error('full')) }
    const long2 = tool({ name: 'long', execute: () => letters })
    const model = scriptedModel([call('long'), text('Done.')])
    const result = await agent({ name: 'w', model, tools: [long2], maxResult: { tokens: 2, store: failing } }).run('go')
    expect(result.steps[0]!.calls[0]).toMatchObject({
      content: expect.not.stringContaining('read_result'),
      cut: { whole: letters },
    })
  })

  it('in memory forgets the oldest', async () => {
    const store = memoryResults(2)
    for (const handle of ['a', 'b', 'c']) void store.set(handle, handle)
    expect([store.get('a'), store.get('b'), store.get('c')]).toEqual([undefined, 'b', 'c'])
    expect(() => memoryResults(0)).toThrow(/the size is 0/)
  })
})

it.each<[unknown, RegExp]>([
  [0, /Agent `w`: `maxResult` is 0; it must be a whole number of tokens, or \{ tokens, keep \}/],
  [{ keep: 'head' }, /`maxResult` is \{"keep":"head"\}; it must be/],
  [{ tokens: 5, keep: 'start' }, /`keep` is "start"; it must be "head", "tail", "middle" or a function/],
  [{ tokens: 5, store: {} }, /`store` is \{\}; it must be a store/],
  [{ tokens: 5, size: 1 }, /`maxResult`.*`size`/],
])('an agent checks its bound: %o', (maxResult, words) => {
  expect(() => agent({ name: 'w', model: scriptedModel([]), maxResult: maxResult as never })).toThrow(words)
})

it('a tool checks its bound', () => {
  expect(() => tool({ name: 't', execute: () => 1, maxResult: -1 })).toThrow(/Tool `t`: `maxResult` is -1/)
})
