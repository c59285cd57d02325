// Turns a reply into a plan for the wire: the frames of its body, and how the response ends.
import { UsageError, type Completion } from '@toolloop/wire'
import { chunksOf } from './chunks.ts'
import { completionOf, isCompletion } from './completion.ts'
import type { Fault } from './fault.ts'
import type { Reply } from './reply.ts'
import type { ScriptRequest } from './script.ts'
import { statusBody } from './api-error.ts'

/** One event of a stream, or the whole of a plain body. */
export interface Frame {
  readonly kind: 'data' | 'error' | 'done'
  /** The JSON alone; for a malformed frame, the text in its place. */
  readonly json: string
  /** The text on the wire, SSE framing included. */
  readonly text: string
}

/** Everything that is sent in a response, and when. */
export interface Plan {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly frames: readonly Frame[]
  /** The body is a stream of events. */
  readonly streamed: boolean
  /** Milliseconds before each frame but `[DONE]`. */
  readonly delay: number
  readonly drip?: { readonly bytes: number; readonly delay: number }
  readonly end: Ending
  /** The whole answer, where the reply has one; it can be stored. */
  readonly completion?: Completion
}

/** How the response ends, after `at` bytes of the body (absent: before the headers). Only `end` is without a fault. */
export interface Ending {
  readonly how: 'end' | 'close' | 'reset' | 'stall'
  readonly at?: number
}

/** The facts of the request, and the script's defaults. */
export interface PlanOptions {
  readonly index: number
  readonly model: string
  readonly request: ScriptRequest
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly deltaSize: number
  readonly delay: number
}

/** Plans a response. Pure: sends nothing and does not wait. */
export function planOf(reply: Reply, options: PlanOptions): Plan {
  const faults = reply.faults ?? []
  const answer = answerOf(reply, options)
  const streamed = options.stream && (reply.kind === 'chunks' || isCompletion(answer))
  const frames = applyFaults(streamed ? eventsOf(reply, answer, options) : bodyOf(reply, answer), faults, streamed)
  const size = frames.reduce((sum, { text }) => sum + byteLength(text), 0)
  const wrong = faults.find((item) => item.kind === 'contentLength')
  const drip = faults.findLast((item) => item.kind === 'drip')
  const length = streamed && !wrong ? undefined : size + (wrong?.difference ?? 0)
  return {
    status: reply.kind === 'failure' ? reply.status : 200,
    headers: {
      'content-type': streamed ? 'text/event-stream; charset=utf-8' : contentTypeOf(reply),
      ...(streamed && { 'cache-control': 'no-cache' }),
      ...(length !== undefined && { 'content-length': String(length) }),
      ...lowerCase(reply.headers),
    },
    frames,
    streamed,
    delay: reply.delay ?? options.delay,
    ...(drip && { drip }),
    end: endOf(faults, wrong && wrong.difference > 0 ? { how: 'close', at: size } : { how: 'end' }),
    ...(isCompletion(answer) && { completion: answer }),
  }
}

/** The plan of a plain JSON response without faults. */
export function jsonPlan(status: number, value: unknown): Plan {
  const text = JSON.stringify(value)
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': String(byteLength(text)) },
    frames: [frame('data', false, text)],
    streamed: false,
    delay: 0,
    end: { how: 'end' },
  }
}

/** The pieces that are written, each with the delay before it in milliseconds. */
export function* piecesOf({ frames, delay, drip, end }: Plan): Generator<{ bytes: Uint8Array; delay: number }> {
  let sent = 0
  for (const { kind, text } of frames) {
    const bytes = encoder.encode(text)
    const step = drip?.bytes ?? bytes.length
    for (let from = 0; from < bytes.length; from += step) {
      const room = Math.min(from + step, from + (end.at ?? Infinity) - sent)
      const piece = bytes.subarray(from, room)
      if (piece.length > 0)
        yield { bytes: piece, delay: (from === 0 && kind !== 'done' ? delay : 0) + (drip?.delay ?? 0) }
      sent += piece.length
      if (end.at !== undefined && sent >= end.at) return
    }
  }
}

/** The least bytes of a frame that must arrive for it to count: an event may lack its blank line. */
export function leastOf({ text }: Frame, { streamed }: Plan): number {
  return byteLength(text) - (streamed ? blankLine : 0)
}

/** Does the plan end in the middle of an event? */
export function cutsEvent(plan: Plan): boolean {
  let left = plan.end.at ?? 0
  for (const each of plan.frames) {
    if (left <= 0) return false
    if (left < leastOf(each, plan)) return true
    left -= byteLength(each.text)
  }
  return false
}

const blankLine = 2
const encoder = new TextEncoder()

/** The size of a text in UTF-8. */
export function byteLength(value: string): number {
  return encoder.encode(value).length
}

function eventsOf(reply: Reply, answer: unknown, options: PlanOptions): Frame[] {
  const split = { deltaSize: reply.deltaSize ?? options.deltaSize, includeUsage: options.includeUsage }
  const list = reply.kind === 'chunks' ? reply.chunks : isCompletion(answer) ? chunksOf(answer, split) : []
  return [...list.map((value) => frame('data', true, JSON.stringify(value))), frame('done', true, '[DONE]')]
}

function bodyOf(reply: Reply, answer: unknown): Frame[] {
  if (reply.kind === 'chunks')
    throw new UsageError(
      'chunks([…]) can only answer a streamed request, but this request is plain: use reply(…) or completion(…)',
    )
  const body = reply.kind === 'failure' ? (reply.body ?? statusBody(reply.status)) : answer
  return [frame('data', false, typeof body === 'string' ? body : JSON.stringify(body))]
}

/** The whole answer; `undefined` for `chunks` and `failure`. */
function answerOf(reply: Reply, options: PlanOptions): unknown {
  return reply.kind === 'answer' ? completionOf(reply, options) : reply.kind === 'completion' ? reply.body : undefined
}

function frame(kind: Frame['kind'], streamed: boolean, json: string, event?: string): Frame {
  return { kind, json, text: streamed ? `${event ? `event: ${event}\n` : ''}data: ${json}\n\n` : json }
}

function applyFaults(frames: Frame[], faults: readonly Fault[], streamed: boolean): Frame[] {
  let result = frames
  for (const item of faults)
    switch (item.kind) {
      case 'duplicate':
        result = result.toSpliced(
          position(result, item.kind, item.chunk),
          0,
          ...result.slice(item.chunk, item.chunk + 1),
        )
        break
      case 'malformed':
        result = result.with(position(result, item.kind, item.chunk), frame('data', streamed, item.text))
        break
      case 'error': {
        const kept = streamed && item.after >= 0 ? result.slice(0, position(result, item.kind, item.after) + 1) : []
        const json = JSON.stringify(item.body)
        result = [...kept, frame('error', streamed, json, streamed && item.event ? 'error' : undefined)]
        break
      }
      case 'withoutDone':
        result = result.filter(({ kind }) => kind !== 'done')
        break
      case 'cut':
      case 'stall':
      case 'drip':
      case 'contentLength':
        break
    }
  return result
}

function position(frames: readonly Frame[], kind: string, chunk: number): number {
  const count = frames.filter(({ kind: frameKind }) => frameKind !== 'done').length
  if (chunk < count) return chunk
  throw new UsageError(
    `fault.${kind} names chunk ${chunk}, but the reply has ${count} (0 to ${count - 1}); a plain body counts as one`,
  )
}

/** The earliest of all endings. */
function endOf(faults: readonly Fault[], usual: Ending): Ending {
  const endings = faults.flatMap((item): Ending[] =>
    item.kind === 'cut' ? [{ ...item }] : item.kind === 'stall' ? [{ ...item, how: 'stall' }] : [],
  )
  const at = (ending: Ending): number => (ending === usual && ending.how === 'end' ? Infinity : (ending.at ?? -1))
  const { how, at: bytes } = [...endings, usual].toSorted((a, b) => at(a) - at(b))[0]!
  return { how, ...(bytes !== undefined && { at: bytes }) }
}

function contentTypeOf(reply: Reply): string {
  if (reply.kind === 'answer' || reply.kind === 'chunks' || typeof reply.body !== 'string') return 'application/json'
  return reply.body.trimStart().startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8'
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
