import { describe, expect, it } from 'vitest'
import { uiGrowth } from '../ai-sdk/growth.ts'
import type { UiChunk } from '../ai-sdk/chunk.ts'
import { Tape } from './tape.ts'

const delta = (text: string, id = 't'): UiChunk => ({ type: 'text-delta', id, delta: text })
const data = (value: number): UiChunk => ({ type: 'data-agent', id: 'a', data: value })

async function read(tape: Tape<UiChunk>, from?: string): Promise<UiChunk[]> {
  const chunks: UiChunk[] = []
  for await (const { chunk } of tape.read(from)) chunks.push(chunk)
  return chunks
}

describe('a tape', () => {
  it('joins deltas of one text, and keeps those of different texts apart', async () => {
    const tape = new Tape(uiGrowth)
    tape.write([delta('a'), delta('b'), delta('c', 'u'), delta('d')])
    tape.close()
    expect(await read(tape)).toEqual([delta('ab'), delta('c', 'u'), delta('d')])
  })

  it('gives a reader that keeps up each delta, and one that is slow what it missed', async () => {
    const tape = new Tape(uiGrowth)
    const [fast, slow] = [tape.read(), tape.read()]
    tape.write([delta('a')])
    expect((await fast.next()).value?.chunk).toEqual(delta('a'))
    tape.write([delta('b')])
    expect((await fast.next()).value?.chunk).toEqual(delta('b'))
    expect((await slow.next()).value?.chunk).toEqual(delta('ab'))
  })

  it('reads on from any position, also inside a delta', async () => {
    const tape = new Tape(uiGrowth)
    const chunks: UiChunk[] = [{ type: 'start-step' }, delta('ab'), delta('cd'), data(1), delta('e', 'u')]
    const reader = tape.read()
    const ids: string[] = []
    for (const chunk of chunks) {
      tape.write([chunk])
      ids.push((await reader.next()).value?.id ?? '')
    }
    tape.close()
    for (const [index, id] of ids.entries()) {
      const rest = new Tape(uiGrowth)
      rest.write(chunks.slice(index + 1))
      rest.close()
      expect(await read(tape, id)).toEqual(await read(rest))
    }
    expect(await read(tape, tape.end)).toEqual([])
    expect(await read(tape, 'other:2.1')).toHaveLength(4) // from the beginning
  })

  it('keeps a chunk in its place when a later one replaces it, and drops those between', async () => {
    const tape = new Tape(uiGrowth)
    tape.write([data(1), delta('x'), data(2), data(3), data(4)])
    tape.close()
    expect(await read(tape)).toEqual([data(4), delta('x'), data(4)])
  })

  it('costs a reader that keeps up the same for each delta, however long the text is', async () => {
    const tape = new Tape(uiGrowth)
    const reader = tape.read()
    const deltas = 30_000
    let length = 0
    for (let at = 0; at < deltas; at++) {
      tape.write([delta('ten chars.')])
      const { value } = await reader.next()
      if (value?.chunk.type === 'text-delta') length += value.chunk.delta.length
    }
    expect(length).toBe(deltas * 10)
  })

  it('is left at once by a reader that waits', async () => {
    const tape = new Tape(uiGrowth)
    const reader = tape.read()
    const waiting = reader.next()
    await reader.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
  })
})
