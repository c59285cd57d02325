// What the benchmark server answers an agent. The request's `model` says what: `loop/n` (one call a step until there
// are n tool messages, then a text), `parallel/n` (n calls in one step, then a text), `early` (a call, then another one
// that takes 900 ms to write). Answers are made once and kept: the server must not be what is measured.
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { completion, event } from '../src/answer.ts'
import { argumentsOf, now } from './tools.ts'

interface Call {
  readonly id: string
  readonly arguments: string
}

/** Answers a request that is one of these; `false`: it is not. */
export function answerAgent(model: string, request: string, response: ServerResponse): boolean {
  const [kind, count] = model.split('/')
  if (kind !== 'loop' && kind !== 'parallel' && kind !== 'early') return false
  const done = occurrences(request, '"role":"tool"')
  const streamed = request.includes('"stream":true')
  if (kind === 'early' && done === 0) {
    void writeEarly(response)
    return true
  }
  const calls =
    kind === 'loop'
      ? done < Number(count)
        ? [call(done)]
        : []
      : kind === 'parallel' && done === 0
        ? many(Number(count))
        : []
  const bytes = kept(`${kind}/${calls.length}/${done}/${streamed}`, () => (streamed ? chunks(calls) : whole(calls)))
  response.writeHead(200, {
    'content-type': streamed ? 'text/event-stream' : 'application/json',
    'content-length': bytes.byteLength,
  })
  response.end(bytes)
  return true
}

const many = (count: number): Call[] => Array.from({ length: count }, (_, n) => call(n))
const call = (n: number): Call => ({ id: `call_${n}`, arguments: argumentsOf(n) })
const text = 'It was a year like any other. '.repeat(5)

const answers = new Map<string, Buffer>()
function kept(key: string, make: () => string): Buffer {
  const known = answers.get(key) ?? Buffer.from(make())
  answers.set(key, known)
  return known
}

function whole(calls: readonly Call[]): string {
  if (calls.length === 0) return completion({ role: 'assistant', content: text }, 'stop')
  const tool_calls = calls.map(({ id, arguments: args }) => ({
    id,
    type: 'function',
    function: { name: 'lookup', arguments: args },
  }))
  return completion({ role: 'assistant', content: null, tool_calls }, 'tool_calls')
}

function chunks(calls: readonly Call[]): string {
  const deltas =
    calls.length === 0
      ? pieces(text).map((content) => ({ content }))
      : calls.flatMap((one, index) => callDeltas(one, index))
  const events = [{ role: 'assistant', content: calls.length === 0 ? '' : null }, ...deltas].map((delta) =>
    event(delta, null),
  )
  return `${events.join('')}${event({}, calls.length === 0 ? 'stop' : 'tool_calls')}data: [DONE]\n\n`
}

function callDeltas({ id, arguments: args }: Call, index: number): object[] {
  const opened = { index, id, type: 'function', function: { name: 'lookup', arguments: '' } }
  return [opened, ...pieces(args).map((piece) => ({ index, function: { arguments: piece } }))].map((entry) => ({
    tool_calls: [entry],
  }))
}

const pieces = (content: string): string[] => content.match(/.{1,12}/gs) ?? []

/** The first call is complete at once, the second one 900 ms later. */
async function writeEarly(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const write = (deltas: readonly object[]): boolean =>
    response.write(deltas.map((delta) => event(delta, null)).join(''))
  const [opening, ...rest] = callDeltas(
    { id: 'call_1', arguments: JSON.stringify({ sentAt: 0, note: 'and so on '.repeat(50) }) },
    1,
  )
  write([
    { role: 'assistant', content: null },
    ...callDeltas({ id: 'call_0', arguments: JSON.stringify({ sentAt: now(), note: '' }) }, 0),
  ])
  if (opening) write([opening])
  for (const delta of rest) {
    await sleep(900 / rest.length)
    write([delta])
  }
  response.end(`${event({}, 'tool_calls')}data: [DONE]\n\n`)
}

function occurrences(haystack: string, needle: string): number {
  let count = 0
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + needle.length)) count++
  return count
}
