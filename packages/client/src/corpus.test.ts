// Recorded answers of many servers, sent again over a loopback port and asked for with `stream` and `parse`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { reasoningOf, snapshotOf } from '@toolloop/stream'
import { APIError } from '@toolloop/transport'
import type { Completion } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { comparable, type Case, readCorpus, summary } from '../../stream/src/test/corpus.ts'
import { Client, ContentFilterFinishReasonError, LengthFinishReasonError, type StreamParams } from './index.ts'

const corpus = readCorpus()
if (corpus === undefined) console.log('TOOLLOOP_CORPUS names no folder of recorded answers: their tests are skipped.')
const ofKind = (kind: Case['kind']): Case[] => (corpus ?? []).filter((recorded) => recorded.kind === kind)

test.skipIf(corpus === undefined)('there are recorded answers', () => {
  expect(ofKind('stream').length).toBeGreaterThan(0)
  expect(ofKind('json').length).toBeGreaterThan(0)
})

describe.skipIf(corpus === undefined)('recorded answers', () => {
  test.each(ofKind('stream'))('$name comes to what it should, streamed', async (recorded) => {
    await using server = await replay(recorded)
    await using client = new Client({ baseURL: server.url, maxRetries: 0 })
    const stream = client.chat.completions.stream(paramsFor(recorded))
    const reasoning = new Map<number, string>()
    stream.on('reasoning.delta', ({ choice, delta }) => reasoning.set(choice, (reasoning.get(choice) ?? '') + delta))
    const ending = await stream.final().catch((error: unknown) => ({ error }))
    const completion = 'error' in ending && !('choices' in ending) ? snapshotOf(ending.error)! : (ending as Completion)
    const said = 'choices' in ending ? undefined : errorIn(ending.error)
    expect({ ...summary(completion, reasoning), ...(said !== undefined && { error: said }) }).toEqual(
      comparable(recorded.expected),
    )
  })

  test.each(ofKind('json'))('$name comes to what it should, plain', async (recorded) => {
    await using server = await replay(recorded)
    await using client = new Client({ baseURL: server.url, maxRetries: 0 })
    const outcome = await client.chat.completions.parse(paramsFor(recorded)).then(
      (completion): Outcome => ({ completion, type: undefined }),
      (error: LengthFinishReasonError): Outcome => ({ completion: error.completion, type: error.constructor }),
    )
    const reasons = recorded.expected.choices.map((choice) => choice['finish_reason'])
    const cut = reasons.includes('length') ? LengthFinishReasonError : undefined
    expect(outcome.type).toBe(cut ?? (reasons.includes('content_filter') ? ContentFilterFinishReasonError : undefined))
    const reasoning = outcome.completion.choices.map(({ index, message }) => [index, reasoningOf(message)] as const)
    expect(summary(outcome.completion, new Map(reasoning.filter(([, text]) => text !== '')))).toEqual(
      comparable(recorded.expected),
    )
  })
})

interface Outcome {
  readonly completion: Completion
  readonly type: unknown
}

function paramsFor({ expected }: Case): StreamParams {
  const n = Math.max(1, ...expected.choices.map((choice) => Number(choice['index']) + 1))
  return { model: 'm', messages: [{ role: 'user', content: 'Say it again.' }], n }
}

/** The error object that ended a stream. */
function errorIn(error: unknown): unknown {
  const told = error instanceof Error && error.cause instanceof APIError ? error.cause : error
  return told instanceof APIError ? (told.error as { error?: unknown }).error : undefined
}

async function replay({ kind, body }: Case): Promise<{ url: string } & AsyncDisposable> {
  const type = kind === 'stream' ? 'text/event-stream' : 'application/json'
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': type }).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
