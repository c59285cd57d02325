// An error that a server states inside an answer ends the run as `error`, wherever it stands, with the words and the
// status of the server, and with what was said before it as the partial.
import { createServer } from 'node:http'
import { Client } from '@toolloop/client'
import type { Completion } from '@toolloop/wire'
import { expect, it } from 'vitest'
import { agent } from '../index.ts'

const words = 'worker 7 has no quota'
const stated = (code: number) => ({ code, message: words })

/** The fields beside a half answer: of the body, of its only choice; or a body that holds nothing else. */
interface Place {
  readonly body?: object
  readonly choice?: object
  readonly alone?: object
}

const places: Readonly<Record<string, (code: number) => Place>> = {
  'beside choices': (code) => ({ body: { error: stated(code) } }),
  'beside empty choices': (code) => ({ alone: { choices: [], error: stated(code) } }),
  'in a choice': (code) => ({ choice: { error: stated(code), finish_reason: 'error' } }),
  'as a flat object': (code) => ({ alone: stated(code) }),
}

const choiceOf = (wire: string, content: string, more: object) =>
  wire === 'plain'
    ? { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', ...more }
    : { index: 0, delta: { content }, finish_reason: null, ...more }

/** One body, or the events of a stream, which says its text before the error. */
function answerWith(wire: string, said: string, { body, choice = {}, alone }: Place): string {
  const envelope = { id: 'c', created: 1, model: 'm' }
  if (wire === 'plain')
    return JSON.stringify(alone ?? { ...envelope, choices: [choiceOf(wire, said, choice)], ...body })
  const first = { ...envelope, choices: [choiceOf(wire, said, {})] }
  const last = alone ?? { ...envelope, choices: [choiceOf(wire, '', choice)], ...body }
  return [...(said === '' ? [] : [first]), last, '[DONE]']
    .map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
    .join('')
}

async function endOf(wire: 'plain' | 'stream', answer: string) {
  let requests = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      requests++
      response.setHeader('content-type', wire === 'plain' ? 'application/json' : 'text/event-stream').end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const client = new Client({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k', backoff: { initial: 1, max: 2 } })
  try {
    const { status, partial, ...rest } = await agent({ name: 'a', model: 'm', client, wire }).run('Hello')
    const error = 'error' in rest ? (rest.error as Error & { status?: number }) : undefined
    return { requests, status, partial, class: error?.name, stated: error?.status, message: error?.message ?? '' }
  } finally {
    await client.close()
    server.close()
  }
}

const cases = Object.entries(places).flatMap(([name, place]) =>
  (['plain', 'stream'] as const).flatMap((wire) => ['', 'half'].map((said) => ({ name, place, wire, said }))),
)

it.each(cases)('an error $name ends a run ($wire, after "$said")', async ({ place, wire, said }) => {
  for (const [code, name, passes] of [
    [400, 'BadRequestError', false],
    [503, 'InternalServerError', true],
  ] as const) {
    const at = place(code)
    const { message, requests, ...end } = await endOf(wire, answerWith(wire, said, at))
    // A body that holds the error alone has said nothing.
    const partial = said === '' || (wire === 'plain' && at.alone) ? undefined : said
    expect(end).toEqual({ status: 'error', partial, class: name, stated: code })
    expect(message).toContain(words)
    // Two retries of the request (`maxRetries`) while nothing was said, one of the step (`stepRetries`) behind a text.
    expect(requests).toBe(!passes ? 1 : wire === 'stream' && said !== '' ? 2 : 3)
  }
})

it.each(['plain', 'stream'] as const)(
  'an answer that ends as "error" without a word is a failure (%s)',
  async (wire) => {
    for (const said of ['', 'half'])
      expect(await endOf(wire, answerWith(wire, said, { choice: { finish_reason: 'error' } }))).toEqual({
        requests: 2,
        status: 'error',
        partial: said || undefined,
        class: 'StreamError',
        stated: undefined,
        message: 'The server broke the answer off: finish_reason "error".',
      })
  },
)

it('a model of your own whose body holds an error keeps the text beside it, and is retried where the error may pass', async () => {
  for (const [code, calls] of [
    [400, 1],
    [503, 2],
  ] as const) {
    let count = 0
    const body = JSON.parse(answerWith('plain', 'half', { body: { error: stated(code) } })) as Completion
    const create = async (): Promise<Completion> => (count++, body)
    const result = await agent({ name: 'a', model: { name: 'own', create } }).run('Hello')
    expect(result).toMatchObject({ status: 'error', partial: 'half' })
    expect(String(result.status === 'error' && result.error)).toContain(words)
    expect(count).toBe(calls)
  }
})
