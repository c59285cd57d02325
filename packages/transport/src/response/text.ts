// Reads a body that is not streamed as text.
import { LimitError } from '@toolloop/wire'
import type { HttpResponse } from '../http/contract.ts'

/** Reads the next bytes; `undefined` at the end. */
export type ReadBytes = () => Promise<readonly Uint8Array[] | undefined>

/** The whole body; synchronous where all of it has arrived. `begun`: bytes that were read before. */
export function wholeText(
  read: ReadBytes,
  source: Pick<HttpResponse, 'ended' | 'whole'>,
  maxBytes: number,
  begun?: readonly Uint8Array[],
): string | Promise<string> {
  const whole = begun === undefined ? source.whole?.() : undefined
  if (whole === undefined) return readText(read, source, maxBytes, begun)
  if (whole.reduce((size, part) => size + part.byteLength, 0) > maxBytes) throw tooLong(maxBytes)
  return textOf(whole)
}

/** `source.ended` saves the read that would only find the end. */
async function readText(
  read: ReadBytes,
  source: Pick<HttpResponse, 'ended'>,
  maxBytes: number,
  begun?: readonly Uint8Array[],
): Promise<string> {
  const body: Uint8Array[] = []
  let size = 0
  let parts = begun ?? (await read())
  while (parts !== undefined) {
    for (const part of parts) {
      size += part.byteLength
      if (size > maxBytes) throw tooLong(maxBytes)
      body.push(part)
    }
    parts = source.ended ? undefined : await read()
  }
  return textOf(body)
}

/** The first `length` characters of a body. Returns a failure instead of throwing it, with the text before it. */
export async function beginningOf(read: ReadBytes, length: number): Promise<{ text: string; failure?: unknown }> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (text.length < length) {
      const parts = await read()
      if (parts === undefined) break
      for (const part of parts) text += decoder.decode(part, { stream: true })
    }
    return { text: text.slice(0, length) }
  } catch (failure) {
    return { text, failure }
  }
}

/** For bodies in one part: without `stream` a decoder has no state between calls. */
const wholeDecoder = new TextDecoder()

function textOf(parts: readonly Uint8Array[]): string {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return wholeDecoder.decode(first)
  const decoder = new TextDecoder()
  let text = ''
  for (const part of parts) text += decoder.decode(part, { stream: true })
  return text + decoder.decode()
}

function tooLong(allowed: number): LimitError {
  return new LimitError(
    'maxBodyBytes',
    allowed,
    `The body is longer than ${allowed} bytes; if this server may send so many, raise \`limits.maxBodyBytes\``,
  )
}
