// Replays a recorded stream to the peer and to this package, and records every event with its arguments.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import Peer from 'openai'
import OpenAI from '../index.ts'
import { failure } from './peers.ts'

/** Name and arguments of each event, as JSON. */
export type EventLog = readonly (readonly unknown[])[]

export const eventNames = [
  'connect',
  'content',
  'content.delta',
  'content.done',
  'refusal.delta',
  'refusal.done',
  'tool_calls.function.arguments.delta',
  'tool_calls.function.arguments.done',
  'logprobs.content.delta',
  'logprobs.content.done',
  'logprobs.refusal.delta',
  'logprobs.refusal.done',
  'chunk',
  'chatCompletion',
  'message',
  'functionToolCall',
  'functionToolCallResult',
  'finalChatCompletion',
  'finalMessage',
  'finalContent',
  'finalFunctionToolCall',
  'finalFunctionToolCallResult',
  'totalUsage',
  'error',
  'abort',
  'end',
] as const

interface Listened {
  on(event: never, listener: never): unknown
}

/** Records every event of a stream or a run, in order. Chunk events are recorded without their snapshot. */
export function recorded(stream: Listened): EventLog {
  const events: unknown[][] = []
  for (const name of eventNames) {
    const listener = (...args: unknown[]): void => {
      const shown = name === 'chunk' ? args.slice(0, 1) : args.map((arg) => (arg instanceof Error ? failure(arg) : arg))
      events.push([name, ...(JSON.parse(JSON.stringify(shown)) as unknown[])])
    }
    stream.on(name as never, listener as never)
  }
  return events
}

export async function replay(
  body: Uint8Array,
  n: number,
): Promise<{ readonly peer: EventLog; readonly ours: EventLog }> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const options = { baseURL, apiKey: 'sk-test', maxRetries: 0 }
  const params = { model: 'm', messages: [{ role: 'user' as const, content: 'Say it again.' }], n }
  try {
    const peer = new Peer(options).chat.completions.stream(params)
    const ours = new OpenAI(options).chat.completions.stream(params)
    const events = { peer: recorded(peer), ours: recorded(ours) }
    await Promise.allSettled([peer.done(), ours.done()])
    return events
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** Why the events differ from the peer's: `undefined` if they are equal, `unexplained` if no reason applies. */
export function reasonFor({ peer, ours }: { readonly peer: EventLog; readonly ours: EventLog }): string | undefined {
  if (isDeepStrictEqual(peer, ours)) return undefined
  for (const [reason, explains] of reasons) if (explains(peer, ours)) return reason
  return 'unexplained'
}

export const reasons: readonly (readonly [string, (peer: EventLog, ours: EventLog) => boolean])[] = [
  [
    'the peer throws, because it cannot read calls without an index',
    (peer, ours) => has(peer, 'error') && !has(ours, 'error'),
  ],
  [
    'the server sends an error or closes early, and the peer ignores it',
    (peer, ours) => has(ours, 'error') && !has(peer, 'error'),
  ],
  [
    'the server sends `role` late or never, and the peer emits no text before it',
    (peer, ours) => count(peer, 'content') < count(ours, 'content'),
  ],
  [
    'both fail because `finish_reason` is missing; ours first emits the parts that are complete',
    (peer, ours) => has(ours, 'error') && has(peer, 'error'),
  ],
  [
    'ours merges unknown fields over the chunks; the peer keeps the last value',
    (peer, ours) => isDeepStrictEqual(known(peer), known(ours)),
  ],
  [
    'the usage is in a chunk without an id, or under `x_groq`, and the peer drops it',
    (peer, ours) => isDeepStrictEqual(known(without(peer, /^totalUsage$/)), known(without(ours, /^totalUsage$/))),
  ],
  [
    'ours emits the end of a call once, after its last delta, and separates calls by their ids too',
    (peer, ours) => isDeepStrictEqual(known(without(peer, ofCalls)), known(without(ours, ofCalls))),
  ],
  [
    'text continues after a call: ours emits its end again, with the whole text',
    (peer, ours) =>
      isDeepStrictEqual(
        known(without(without(peer, ofCalls), /^content.done$/)),
        known(without(without(ours, ofCalls), /^content.done$/)),
      ),
  ],
  [
    'content is a list of parts, or a whole message beside the delta: the peer joins it as text',
    (peer, ours) => isDeepStrictEqual(names(without(peer, text)), names(without(ours, text))),
  ],
]

const ofCalls = /^tool_calls\./
const text = /^(tool_calls\..*|content|content\..*|finalContent|functionToolCall|finalFunctionToolCall)$/
const has = (events: EventLog, name: string): boolean => count(events, name) > 0
const count = (events: EventLog, name: string): number => events.filter(([event]) => event === name).length
const names = (events: EventLog): readonly unknown[] => events.map(([event]) => event)
const without = (events: EventLog, dropped: RegExp): EventLog =>
  events.filter(([event]) => !dropped.test(String(event)))

/** Keeps only the fields of messages and completions that the peer has types for. */
function known(events: EventLog): EventLog {
  return events.map(([event, ...args]) =>
    /^(chunk|chatCompletion|message|final(ChatCompletion|Message)|totalUsage)$/.test(String(event))
      ? [event, ...args.map(event === 'chunk' ? () => '' : knownOf)]
      : [event, ...args],
  )
}

function knownOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { choices, role, content, refusal, tool_calls } = value as Record<string, unknown>
  if (!Array.isArray(choices))
    return role === undefined ? '' : { role, content, refusal, tool_calls: callsOf(tool_calls) }
  return choices.map(
    ({ index, finish_reason, message }: { index: number; finish_reason: string; message: unknown }) => ({
      index,
      finish_reason,
      message: knownOf(message),
    }),
  )
}

const callsOf = (calls: unknown): unknown =>
  Array.isArray(calls)
    ? (calls as { function?: unknown; custom?: unknown }[]).map((call) => call.function ?? call.custom)
    : undefined
