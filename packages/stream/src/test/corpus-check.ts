// oxlint-disable no-await-in-loop -- one reading after the other is what is tested
// Reads a recorded stream as a client would, cut and changed in every way a network or a server may.
import { isDeepStrictEqual } from 'node:util'
import type { Completion } from '@toolloop/wire'
import { APIError, readChunks } from '@toolloop/transport'
import type { StreamEvent } from '../index.ts'
import { accumulateBatches, normalizeCompletion, reasoningOf, snapshotOf } from '../index.ts'
import type { JsonObject } from '../json/value.ts'
import { asWire } from '../json/value.ts'
import type { Case, Expected } from './corpus.ts'
import { comparable, summary } from './corpus.ts'

/** What a body came to, in the form of `expected.json`; `broken`: it ended in an error. */
interface Reading extends Expected {
  readonly broken: boolean
  /** Where the message and the events differ. */
  readonly contradictions?: readonly string[]
}

/** What the events and the chunks of a stream say that its message does not. */
function contradictions(completion: Completion, events: readonly StreamEvent[]): string[] {
  const found: string[] = []
  const texts = new Map<string, string>()
  const filled = new Map<number, Set<string>>()
  const add = (place: string, delta: string): unknown => texts.set(place, (texts.get(place) ?? '') + delta)
  for (const event of events) {
    if (event.type === 'content.delta') add(`${event.choice}.content`, event.delta)
    if (event.type === 'refusal.delta') add(`${event.choice}.refusal`, event.delta)
    if (event.type === 'reasoning.delta') add(`${event.choice}.reasoning`, event.delta)
    if (event.type === 'tool_calls.function.arguments.delta') add(`${event.choice}.call.${event.index}`, event.delta)
    if (event.type === 'tool_calls.custom.input.delta') add(`${event.choice}.call.${event.index}`, event.delta)
    if (event.type !== 'chunk') continue
    for (const { index, delta } of asWire<readonly { index?: number; delta?: JsonObject | null }[]>(
      event.chunk.choices,
    )) {
      const fields = filled.get(index ?? 0) ?? new Set()
      filled.set(index ?? 0, fields)
      for (const [field, value] of Object.entries(delta ?? {})) if (saysSomething(value)) fields.add(field)
    }
  }
  for (const { index, message } of completion.choices) {
    const fields = asWire<JsonObject>(message)
    const shown = new Map<string, string>([
      [`${index}.content`, message.content ?? ''],
      [`${index}.refusal`, message.refusal ?? ''],
      [`${index}.reasoning`, reasoningOf(message)],
      ...(message.tool_calls ?? []).map((call, position): [string, string] => [
        `${index}.call.${position}`,
        call.type === 'custom' ? call.custom.input : call.function.arguments,
      ]),
    ])
    for (const [place, text] of shown)
      if ((texts.get(place) ?? '') !== text) found.push(`${place}: the events and the message differ`)
    for (const field of filled.get(index) ?? [])
      if (
        field !== 'obfuscation' &&
        !saysSomething(fields[field]) &&
        !(field === 'content' && shown.get(`${index}.reasoning`))
      )
        found.push(`${index}.${field}: a delta filled it, and the message lacks it`)
    for (const [field, value] of Object.entries(fields))
      if (value === null && field !== 'content' && field !== 'refusal')
        found.push(`${index}.${field}: null in the message`)
  }
  return found
}

/** Holds a value anywhere within? Zero, as servers send it for what they do not know, is none. */
function saysSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(saysSomething)
  if (typeof value === 'object' && value !== null) return Object.values(value).some(saysSomething)
  return value !== undefined && value !== null && value !== '' && value !== 0
}

/** Reads a recorded body that arrives in these pieces. */
async function read(kind: Case['kind'], pieces: readonly Uint8Array[]): Promise<Reading> {
  return kind === 'stream' ? readStream(pieces) : readPlain(pieces)
}

/** What differs between a reading and `expected.json`; `undefined`: nothing. */
function difference(reading: Expected, expected: Expected): string | undefined {
  const { broken: _broken, contradictions: problems, ...found } = asWire<JsonObject>(reading)
  if (Array.isArray(problems) && problems.length > 0) return problems.join('; ')
  const wanted = comparable(expected)
  for (const key of new Set([...Object.keys(found), ...Object.keys(wanted)]))
    if (!isDeepStrictEqual(found[key], wanted[key]))
      return `${key}: ${JSON.stringify(found[key])} instead of ${JSON.stringify(wanted[key])}`
  return undefined
}

/**
 * Everything that is wrong with how a case is read: as recorded, changed, and cut in two at each of `places`. `onCut` counts.
 */
export async function problemsOf(recorded: Case, places: Iterable<number>, onCut?: () => void): Promise<string[]> {
  const { kind, body, expected } = recorded
  const whole = await read(kind, [body])
  const problems = [difference(whole, expected)]
  if (kind === 'stream')
    for (const [how, changed] of Object.entries(variants(body))) {
      const reading = await read(kind, [changed])
      const breaks = whole.broken || (how === 'without [DONE]' && !isFinished(expected))
      const problem = difference(reading, expected) ?? (reading.broken === breaks ? undefined : 'ends the wrong way')
      problems.push(problem && `${how}: ${problem}`)
    }
  for (const at of places) {
    onCut?.()
    const reading = await read(kind, [body.subarray(0, at), body.subarray(at)])
    if (!isDeepStrictEqual(reading, whole)) problems.push(`cut at ${at}: ${difference(reading, expected)}`)
  }
  return problems.filter((problem) => problem !== undefined)
}

/** The same stream as other servers and proxies would send it. */
function variants(body: Uint8Array): Record<string, Uint8Array> {
  const recorded = new TextDecoder().decode(body)
  const unix = recorded.replaceAll('\r\n', '\n')
  return {
    'with CRLF': encode(unix.replaceAll('\n', '\r\n')),
    'with CR': encode(unix.replaceAll('\n', '\r')),
    'with a byte order mark': encode(`\ufeff${recorded.trimStart()}`),
    'with comments and keep-alives': encode(
      `: hello\n\n${unix.replaceAll('\n\n', '\n\n: keep-alive\n\n:\n').replaceAll(/^data:/gm, ': next\ndata:')}`,
    ),
    'without [DONE]': encode(unix.replace(/^data: ?\[DONE\]\n*$/m, '')),
    'without the last blank line': encode(unix.trimEnd()),
  }
}

/** Does the answer itself say that it is complete, with or without `[DONE]`? */
function isFinished(expected: Expected): boolean {
  return expected.choices.length > 0 && expected.choices.every((choice) => choice['finish_reason'])
}

/** Every offset of a short body; of a long one those around its events and 500 more. */
export function positions(body: Uint8Array, full: boolean): Iterable<number> {
  if (full || body.length <= 8192) return Array.from({ length: body.length + 1 }, (_, at) => at)
  const chosen = new Set<number>()
  for (let at = 0; at < body.length; at++)
    if (body[at] === 10 && (body[at + 1] === 10 || body[at + 1] === 13))
      for (let near = at - 3; near <= at + 3; near++) chosen.add(Math.max(0, Math.min(body.length, near)))
  const random = seeded(body.length)
  while (chosen.size < Math.min(body.length, 500) || random.used < 500) chosen.add(random.next() % body.length)
  return chosen
}

async function readStream(pieces: readonly Uint8Array[]): Promise<Reading> {
  const reasoning = new Map<number, string>()
  const events = accumulateBatches(readChunks(source(pieces)))
  const all: StreamEvent[] = []
  try {
    for (;;) {
      const { done, value } = await events.next()
      if (done) return { ...summary(value, reasoning), broken: false, contradictions: contradictions(value, all) }
      all.push(...value)
      for (const event of value)
        if (event.type === 'reasoning.delta')
          reasoning.set(event.choice, (reasoning.get(event.choice) ?? '') + event.delta)
    }
  } catch (error) {
    const snapshot = snapshotOf(error)
    if (snapshot === undefined) throw error
    const said = error instanceof APIError ? asWire<JsonObject>(error.error)['error'] : undefined
    return {
      ...summary(snapshot, reasoning),
      ...(said === undefined ? {} : { error: said }),
      broken: true,
      contradictions: contradictions(snapshot, all),
    }
  }
}

function readPlain(pieces: readonly Uint8Array[]): Reading {
  const decoder = new TextDecoder()
  const body = pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
  const completion: Completion = normalizeCompletion(JSON.parse(body))
  const reasoning = new Map(
    completion.choices.flatMap(({ index, message }) => {
      const text = reasoningOf(message)
      return text === '' ? [] : [[index, text] as const]
    }),
  )
  return { ...summary(completion, reasoning), broken: false }
}

// oxlint-disable-next-line require-await -- a source that never waits
async function* source(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield piece
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Numbers that look random and are the same at every run. */
function seeded(seed: number): { used: number; next(): number } {
  let state = seed
  return {
    used: 0,
    next(): number {
      this.used++
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 3
    },
  }
}
