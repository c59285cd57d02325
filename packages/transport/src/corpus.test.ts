// Recorded answers of many servers, decoded as they came.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Chunk } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import { APIError, readChunks } from './index.ts'

const corpus = process.env['TOOLLOOP_CORPUS']
if (corpus === undefined) console.log('TOOLLOOP_CORPUS is not set: the recorded answers are not checked')

const names = corpus === undefined ? [] : readdirSync(corpus)
const streams = names.filter((name) => existsSync(join(corpus ?? '', name, 'response.sse')))

interface Expected {
  readonly chunks: number
  readonly error: Record<string, unknown> | null
}

describe.skipIf(corpus === undefined)('recorded streams', () => {
  test.each(streams)('%s yields every chunk', async (name) => {
    const bytes = readFileSync(join(corpus ?? '', name, 'response.sse'))
    const expected = JSON.parse(readFileSync(join(corpus ?? '', name, 'expected.json'), 'utf8')) as Expected
    const { chunks, error } = await read(bytes)
    // An error beside choices belongs to its chunk; one that stands alone ends the stream and was counted.
    const ends = expected.error !== null && !chunks.some((chunk) => 'error' in chunk)
    const wanted = ends
      ? { chunks: expected.chunks - 1, code: String(expected.error?.['code']), error: expected.error }
      : { chunks: expected.chunks }
    expect(
      error instanceof APIError
        ? { chunks: chunks.length, code: error.code, error: inner(error) }
        : { chunks: chunks.length, ...(error ? { error } : {}) },
    ).toEqual(wanted)
  })
})

test.skipIf(corpus === undefined)('TOOLLOOP_CORPUS names a folder of recordings', () => {
  expect(streams.length).toBeGreaterThan(0)
})

function inner(error: APIError): unknown {
  return (error.error as { error?: unknown }).error ?? error.error
}

async function read(bytes: Uint8Array): Promise<{ chunks: Chunk[]; error: unknown }> {
  const chunks: Chunk[] = []
  try {
    for await (const batch of readChunks(parts(bytes))) chunks.push(...batch)
    return { chunks, error: undefined }
  } catch (error) {
    return { chunks, error }
  }
}

async function* parts(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000)
}
