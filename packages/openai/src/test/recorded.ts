// A recorded stream, sent again to the peer and to this package: every event with its arguments.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import Peer from 'openai'
import OpenAI from '../index.ts'
import { failure } from './peers.ts'

/** Name and arguments of each event, as JSON. */
export type Told = readonly (readonly unknown[])[]

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

/** Every event of a stream or a run, as it comes; of a chunk without its snapshot. */
export function recorded(stream: Listened): Told {
  const told: unknown[][] = []
  for (const name of eventNames) {
    const listener = (...args: unknown[]): void => {
      const shown = name === 'chunk' ? args.slice(0, 1) : args.map((arg) => (arg instanceof Error ? failure(arg) : arg))
      told.push([name, ...(JSON.parse(JSON.stringify(shown)) as unknown[])])
    }
    stream.on(name as never, listener as never)
  }
  return told
}

export async function replay(body: Uint8Array, n: number): Promise<{ readonly peer: Told; readonly ours: Told }> {
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
    const told = { peer: recorded(peer), ours: recorded(ours) }
    await Promise.allSettled([peer.done(), ours.done()])
    return told
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** Why the peer and we tell a recorded stream differently; `undefined` where we do not, `unexplained` where nothing is listed. */
export function reasonFor({ peer, ours }: { readonly peer: Told; readonly ours: Told }): string | undefined {
  if (isDeepStrictEqual(peer, ours)) return undefined
  for (const [reason, explains] of reasons) if (explains(peer, ours)) return reason
  return 'unexplained'
}

export const reasons: readonly (readonly [string, (peer: Told, ours: Told) => boolean])[] = [
  [
    'the peer ends in an error: it reads no calls without an index',
    (peer, ours) => has(peer, 'error') && !has(ours, 'error'),
  ],
  [
    'the server tells an error, or breaks off, and the peer passes over it',
    (peer, ours) => has(ours, 'error') && !has(peer, 'error'),
  ],
  [
    'the server says `role` late or never: the peer tells no text before it',
    (peer, ours) => count(peer, 'content') < count(ours, 'content'),
  ],
  [
    'both fail for want of a `finish_reason`; ours tells before what was complete',
    (peer, ours) => has(ours, 'error') && has(peer, 'error'),
  ],
  [
    'fields that the peer does not know are merged over the chunks; the peer keeps what came last',
    (peer, ours) => isDeepStrictEqual(known(peer), known(ours)),
  ],
  [
    'the usage stands in a chunk without an id, or under `x_groq`: the peer loses it',
    (peer, ours) => isDeepStrictEqual(known(without(peer, /^totalUsage$/)), known(without(ours, /^totalUsage$/))),
  ],
  [
    'the end of a call is told once, behind its last piece; calls are told apart by their ids too',
    (peer, ours) => isDeepStrictEqual(known(without(peer, ofCalls)), known(without(ours, ofCalls))),
  ],
  [
    'text goes on behind a call: its end is told again, with all of it',
    (peer, ours) =>
      isDeepStrictEqual(
        known(without(without(peer, ofCalls), /^content.done$/)),
        known(without(without(ours, ofCalls), /^content.done$/)),
      ),
  ],
  [
    'content in parts, or beside its delta a whole message: the peer joins them as if they were text',
    (peer, ours) => isDeepStrictEqual(names(without(peer, text)), names(without(ours, text))),
  ],
]

const ofCalls = /^tool_calls\./
const text = /^(tool_calls\..*|content|content\..*|finalContent|functionToolCall|finalFunctionToolCall)$/
const has = (told: Told, name: string): boolean => count(told, name) > 0
const count = (told: Told, name: string): number => told.filter(([event]) => event === name).length
const names = (told: Told): readonly unknown[] => told.map(([event]) => event)
const without = (told: Told, events: RegExp): Told => told.filter(([event]) => !events.test(String(event)))

/** Of messages and completions only what the peer has types for. */
function known(told: Told): Told {
  return told.map(([event, ...args]) =>
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
