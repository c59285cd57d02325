// The model server of the benchmarks, in a process of its own. The request's `model` says what to answer:
// `plain`, `many/n` (n deltas, as many in a write as fit), `single/n` (n deltas, each written alone).
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerAgent } from '../agents/answers.ts'
import { answerOf } from '../stream/answers.ts'
import { completion, event } from './answer.ts'

const plain = Buffer.from(completion({ role: 'assistant', content: 'A short answer. '.repeat(8) }, 'stop'))

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    // Not parsed: long histories would make the server what is measured.
    const body = Buffer.concat(parts).toString('latin1')
    const model = /"model":"([^"]*)"/.exec(body)?.[1] ?? ''
    if (answerAgent(model, body, response)) return
    const [kind, count] = model.split('/')
    if (kind === 'plain') return answerPlain(response)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(first)
    const answer = answerOf(model)
    if (answer) return void writeAnswer(response, answer)
    void (kind === 'many' ? writeMany(response, Number(count)) : writeSingle(response, Number(count)))
  })
})
server.keepAliveTimeout = 60_000
// As many connections at once as the largest workload opens.
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.((server.address() as AddressInfo).port),
)
process.on('disconnect', () => process.exit(0))

function answerPlain(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': plain.byteLength })
  response.end(plain)
}

async function writeMany(response: ServerResponse, count: number): Promise<void> {
  for (let start = 0; start < count; start += 256) {
    const events = Array.from({ length: Math.min(256, count - start) }, (_, n) => delta(start + n))
    if (!response.write(events.join(''))) await new Promise((resolve) => response.once('drain', resolve))
  }
  response.end(last)
}

async function writeAnswer(
  response: ServerResponse,
  answer: { deltas: Iterable<object>; finish: string },
): Promise<void> {
  let events: string[] = []
  for (const fields of answer.deltas) {
    events.push(event(fields, null))
    if (events.length < 256) continue
    if (!response.write(events.join(''))) await new Promise((resolve) => response.once('drain', resolve))
    events = []
  }
  response.end(`${events.join('')}${event({}, answer.finish)}data: [DONE]\n\n`)
}

async function writeSingle(response: ServerResponse, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    response.write(delta(n))
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end(last)
}

function delta(n: number): string {
  return event({ content: ` word${n % 1000}` }, null)
}

const first = event({ role: 'assistant', content: '' }, null)
const last = `${event({}, 'stop')}data: [DONE]\n\n`
