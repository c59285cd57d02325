// A compressed answer, although none was asked for. What counts against the bounds is what comes out.
import type { Transform } from 'node:stream'
import { APIConnectionError } from '../errors/classes.ts'
import type { HttpResponse } from './contract.ts'

/** The response with its body decompressed. One encoding is undone; a stack of them is refused. */
export async function decompressed(response: HttpResponse, encoding: string): Promise<HttpResponse> {
  const { Readable, pipeline } = await import('node:stream')
  const decoder = await decoderFor(encoding)
  const source = Readable.from(bytesOf(response))
  // The callback swallows: an error leaves through the iterator below.
  pipeline(source, decoder, () => {})
  const parts = decoder[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return {
    status: response.status,
    headers: response.headers,
    async read() {
      const { done, value } = await parts.next()
      return done ? undefined : [value]
    },
    finish() {
      response.finish()
      decoder.destroy()
    },
  }
}

async function* bytesOf(response: HttpResponse): AsyncGenerator<Uint8Array, void, undefined> {
  for (let parts = await response.read(); parts !== undefined; parts = await response.read()) yield* parts
}

async function decoderFor(encoding: string): Promise<Transform> {
  const zlib = await import('node:zlib')
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip()
    case 'deflate':
      return zlib.createInflate()
    case 'br':
      return zlib.createBrotliDecompress()
    case 'zstd':
      return zlib.createZstdDecompress()
    default:
      throw new APIConnectionError(
        `The server encoded its answer as \`${encoding.slice(0, 100)}\`, which nobody asked for`,
        {
          retryable: false,
        },
      )
  }
}
