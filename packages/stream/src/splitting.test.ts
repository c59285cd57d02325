import type { Choice, Completion, ToolCall } from '@toolloop/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CallSealed, StreamEvent } from './index.ts'
import { CompletionBuilder, normalizeCompletion } from './index.ts'
import type { JsonObject } from './json/value.ts'
import { asWire } from './json/value.ts'
import { asChunk } from './test/chunks.ts'

const text = fc.string({ unit: 'binary', minLength: 1 })
/** A text that begins with no text twice: a repeated piece of an unknown field adds nothing, because servers repeat fields. */
const distinct = fc
  .uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), { minLength: 1 })
  .map((units) => units.join(''))
const object = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))
const args = fc.oneof(
  { weight: 4, arbitrary: object },
  fc.constant(''),
  // Broken off, and no object at all.
  fc.tuple(object, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length)),
  fc.constantFrom('[1]', 'text', '12'),
)
const name = fc.stringMatching(/^[a-z]{1,8}$/)
const call: fc.Arbitrary<ToolCall> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ name, arguments: args })
      .map((body): ToolCall => ({ id: '', type: 'function', function: body })),
  },
  fc.record({ name, input: fc.string() }).map((body): ToolCall => ({ id: '', type: 'custom', custom: body })),
)
const message = fc.record(
  {
    content: fc.option(text, { nil: null }),
    refusal: text,
    reasoning_content: text,
    note: distinct,
    tool_calls: fc.array(call, { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ['content'] },
)
const finishReason = fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter')
const completion: fc.Arbitrary<Completion> = fc
  .array(fc.record({ message, finish_reason: finishReason }), { minLength: 1, maxLength: 3 })
  .map((choices) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion' as const,
    created: 1,
    model: 'm',
    choices: choices.map((choice, index): Choice => {
      const { tool_calls: calls, ...rest } = choice.message
      const named = calls?.map((entry, position) =>
        Object.assign(structuredClone(entry), { id: `call_${index}_${position}` }),
      )
      return {
        index,
        message: { role: 'assistant', ...rest, ...(named ? { tool_calls: named } : {}) },
        finish_reason: choice.finish_reason,
      }
    }),
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  }))

/** A piece of a choice's message. Pieces of one thing keep their order; things may come in any order. */
interface Delta {
  readonly choice: number
  readonly delta: JsonObject
}

/** `value` in pieces of one to four units. */
function pieces(value: string, random: () => number): string[] {
  const found: string[] = []
  for (let at = 0; at < value.length;) {
    const size = 1 + (random() % 4)
    found.push(value.slice(at, at + size))
    at += size
  }
  return found
}

function callPieces(entry: ToolCall, index: number, random: () => number): JsonObject[] {
  const body = entry.type === 'function' ? entry.function.arguments : entry.custom.input
  const key = entry.type === 'function' ? 'arguments' : 'input'
  const { name: tool } = entry.type === 'function' ? entry.function : entry.custom
  const first = { index, id: entry.id, type: entry.type, [entry.type]: { name: tool, [key]: '' } }
  const rest = pieces(body, random).map((piece) => ({ index, [entry.type]: { [key]: piece } }))
  return [first, ...rest].map((piece) => ({ tool_calls: [piece] }))
}

/** One queue per thing that grows: content, refusal, each call. */
function queuesOf({ index, message: said }: Choice, random: () => number): Delta[][] {
  const { tool_calls: calls = [], role, ...texts } = said
  const queues: JsonObject[][] = [[{ role }]]
  for (const [key, value] of Object.entries(texts))
    if (typeof value === 'string') queues.push(pieces(value, random).map((piece) => ({ [key]: piece })))
  // Calls appear in order: each queue starts with the call's own first piece, put in front of all others below.
  queues.push(...calls.map((entry, position) => callPieces(entry, position, random)))
  return queues.map((queue) => queue.map((delta) => ({ choice: index, delta })))
}

/** All deltas, merged at random; calls of one message begin in their order. */
function shuffle(whole: Completion, random: () => number): Delta[] {
  const queues = whole.choices.flatMap((choice) => queuesOf(choice, random))
  const order: Delta[] = []
  const begun = new Map<number, number>()
  while (queues.some((queue) => queue.length > 0)) {
    const queue = queues[random() % queues.length]
    const next = queue?.[0]
    if (!queue || !next) continue
    const [entry] = asWire<{ index: number; id?: string }[]>(next.delta['tool_calls'] ?? [])
    const turn = begun.get(next.choice) ?? 0
    if (entry?.id !== undefined) {
      if (entry.index !== turn) continue
      begun.set(next.choice, turn + 1)
    }
    order.push(next)
    queue.shift()
  }
  return order
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 8
  }
}

/** Text of a call that a list of deltas still brings. */
function isMentioned(deltas: readonly Delta[], choice: number, index: number): boolean {
  return deltas.some(
    (delta) =>
      delta.choice === choice &&
      asWire<{ index: number; id?: string }[]>(delta.delta['tool_calls'] ?? []).some((entry) => entry.index === index),
  )
}

test('a completion in any pieces comes to that completion, and nothing is sealed before it is whole', () => {
  fc.assert(
    fc.property(completion, fc.nat(), (whole, seed) => {
      const order = shuffle(whole, generator(seed))
      const builder = new CompletionBuilder({ chunkEvents: false })
      const base = { id: whole.id, created: whole.created, model: whole.model }
      const early: boolean[] = []
      const events = order.flatMap(({ choice, delta }, at) => {
        const added = builder.push(asChunk({ ...base, choices: [{ index: choice, delta, finish_reason: null }] }))
        early.push(...sealedIn(added).map((event) => isMentioned(order.slice(at), event.choice, event.index)))
        return added
      })
      for (const { index, finish_reason } of whole.choices)
        events.push(...builder.push(asChunk({ choices: [{ index, delta: {}, finish_reason }] })))
      events.push(...builder.push(asChunk({ choices: [], usage: whole.usage })), ...builder.finish())

      expect(builder.snapshot()).toEqual(whole)
      expectDonesLast(events)
      expect(early).not.toContain(true)
      expect(
        sealedIn(events)
          .map(({ choice, index }) => `${choice} ${index}`)
          .toSorted(),
      ).toEqual(executable(whole))
      for (const { choice, index, call: sealed } of sealedIn(events))
        expect(sealed).toEqual(whole.choices[choice]?.message.tool_calls?.[index])
    }),
    { numRuns: 300 },
  )
})

test('a plain body and a stream of it come to the same completion', () => {
  fc.assert(
    fc.property(completion, (whole) => {
      expect(normalizeCompletion(structuredClone(whole))).toEqual(whole)
    }),
  )
})

function sealedIn(events: readonly StreamEvent[]): CallSealed[] {
  return events.filter((event) => event.type === 'call.sealed')
}

/** Choice and position of every call that is whole. */
function executable(whole: Completion): string[] {
  return whole.choices
    .flatMap(({ index, finish_reason, message: said }) =>
      (said.tool_calls ?? []).flatMap((entry, position) =>
        isExecutable(entry, finish_reason) ? [`${index} ${position}`] : [],
      ),
    )
    .toSorted()
}

/** Every `done` once, and no delta of its thing behind it. */
function expectDonesLast(events: readonly StreamEvent[]): void {
  const done = new Set<string>()
  for (const event of events) {
    if (!/\.(?:delta|done)$/.test(event.type)) continue
    const { type, choice, index } = asWire<{ type: string; choice: number; index?: number }>(event)
    const thing = `${type.replace(/\.\w+$/, '')} ${choice} ${index}`
    expect(done.has(thing)).toBe(false)
    if (type.endsWith('.done')) done.add(thing)
  }
}

function isExecutable(entry: ToolCall, finish: string | null): boolean {
  const cut = finish === 'length' || finish === 'content_filter'
  if (entry.type === 'custom' || entry.function.arguments === '') return !cut
  return entry.function.arguments.startsWith('{') && isJson(entry.function.arguments)
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
