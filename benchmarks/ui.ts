// What front ends cost: bytes and CPU of an event of each protocol, beside the AI SDK's own response; the memory of 500
// open streams whose readers are slow. Run it with
//   node benchmarks/ui.ts [samples]
import { cpus, loadavg } from 'node:os'
import { simulateReadableStream, streamText } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { agent, type ChatModel } from 'toolloop'
import { memorySessions } from 'toolloop/store'
import { agUiChat, type ChatHandlers, uiChat } from 'toolloop/ui'
import { median } from './src/median.ts'

const deltas = 5_000
const delta = 'eight ch'

const model: ChatModel = {
  name: 'constant',
  async *stream() {
    const chunk = (body: object, finish_reason: string | null = null) => ({
      id: 'c',
      object: 'chat.completion.chunk' as const,
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta: body, finish_reason }],
    })
    for (let at = 0; at < deltas; at++) yield chunk({ content: delta })
    yield chunk({}, 'stop')
  },
}
const writer = agent({ name: 'writer', model })

interface Figure {
  readonly bytes: number
  readonly cpu: number
}

const ui = () => uiChat({ agent: writer, sessions: memorySessions(), access: () => true })
const measurements: Readonly<Record<string, () => Promise<Response>>> = {
  'useChat: uiChat': () =>
    post(ui(), '/api/chat', { id: 'c', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] }),
  'AG-UI: agUiChat': () =>
    post(agUiChat({ agent: writer, sessions: memorySessions(), access: () => true }), '/api/ag-ui', {
      threadId: 'c',
      messages: [{ id: 'm', role: 'user', content: 'Hi' }],
    }),
  'useChat: AI SDK, toUIMessageStreamResponse': async () => peer(),
}

function post(chat: ChatHandlers, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return chat.fetch(new Request(`http://localhost${path}`, { method: 'POST', headers, body: JSON.stringify(body) }))
}

function peer(): Response {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
  const chunks = [
    { type: 'text-start', id: '1' },
    ...Array.from({ length: deltas }, () => ({ type: 'text-delta', id: '1', delta })),
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
  ]
  const stream = () => simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null })
  const constant = new MockLanguageModelV4({ doStream: async () => ({ stream: stream() }) } as never)
  return streamText({ model: constant, prompt: 'Hi' }).toUIMessageStreamResponse()
}

/** A fast reader. */
async function sample(open: () => Promise<Response>): Promise<Figure> {
  const before = process.cpuUsage()
  const { body } = await open()
  let bytes = 0
  for await (const part of body!) bytes += part.length
  const { user, system } = process.cpuUsage(before)
  return { bytes: bytes / deltas, cpu: (user + system) / deltas }
}

/** 500 readers that take one chunk each and then stand still while the run goes on. */
async function slowReaders(): Promise<string> {
  const chat = ui()
  const first = await post(chat, '/api/chat', {
    id: 'c',
    messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  })
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const readers = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const response = await chat.fetch(new Request('http://localhost/api/chat/c/stream'))
      const reader = response.body!.getReader()
      await reader.read()
      await reader.read()
      return reader
    }),
  )
  globalThis.gc?.()
  const opened = process.memoryUsage().heapUsed
  for await (const _ of first.body!) continue
  globalThis.gc?.()
  const ended = process.memoryUsage().heapUsed
  for (const reader of readers) await reader.cancel()
  const kib = (bytes: number): string => `${(bytes / 500 / 1024).toFixed(1)} KiB`
  return `500 slow readers: ${kib(opened - before)} each when opened, ${kib(ended - opened)} more each after ${deltas} deltas`
}

const samples = Number(process.argv[2] ?? 5)
console.log(
  `${cpus()[0]?.model}, Node.js ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${samples} samples, medians`,
)
for (const [title, open] of Object.entries(measurements)) {
  await sample(open) // warm-up
  const figures: Figure[] = []
  for (let at = 0; at < samples; at++) figures.push(await sample(open))
  const of = (key: keyof Figure): string => median(figures.map((figure) => figure[key])).toFixed(1)
  console.log(`${title}: ${of('bytes')} bytes, ${of('cpu')} µs of CPU an event`)
}
console.log(await slowReaders())
