// Decompresses answers that are compressed although the request did not accept that. Bounds count decompressed bytes.
import type { Transform } from 'node:stream'
import { APIConnectionError } from '../errors/classes.ts'
import type { HttpResponse } from './contract.ts'

/** The response with its body decompressed. One encoding is supported; several in a row throw. */
export async function decompressed(response: HttpResponse, encoding: string): Promise<HttpResponse> {
  const { Readable, pipeline } = await import('node:stream')
  const decoder = await decoderFor(encoding)
  const source = Readable.from(bytesOf(response))
  // The callback ignores errors: the iterator below throws them.
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
        `The server encoded its answer as \`${encoding.slice(0, 100)}\`; only gzip, deflate, br and zstd are supported`,
        {
          retryable: false,
        },
      )
  }
}
