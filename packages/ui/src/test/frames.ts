// Reads a response as a client does that may be cut off.
import type { UiChunk } from '../index.ts'

export interface Frame {
  readonly id: string | undefined
  readonly chunk: UiChunk
}

/** The chunks of a response with their ids. `upTo`: the client is cut off behind so many, or behind one of this type. */
export async function framesOf(response: Response, upTo: number | UiChunk['type'] = Infinity): Promise<Frame[]> {
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  const frames: Frame[] = []
  const isCut = (): boolean => (typeof upTo === 'number' ? frames.length >= upTo : frames.at(-1)?.chunk.type === upTo)
  let rest = ''
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  for (let part = await reader.read(); !part.done && !isCut(); part = await reader.read()) {
    rest += part.value
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const [, id] = /^id: (.*)$/m.exec(rest.slice(0, end)) ?? []
      const [, data] = /^data: (\{.*)$/m.exec(rest.slice(0, end)) ?? []
      if (data !== undefined && !isCut()) frames.push({ id, chunk: JSON.parse(data) as UiChunk })
      rest = rest.slice(end + 2)
    }
  }
  await reader.cancel()
  return frames
}

export const chunksOf = (frames: readonly Frame[]): UiChunk[] => frames.map(({ chunk }) => chunk)
