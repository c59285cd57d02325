// The server process is killed in the middle of a run and started again: the client reads the same message, from one run.
import { reply, scriptedServer, text } from '@toolloop/testing'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chunksOf, framesOf } from '../test/frames.ts'
import { folded } from '../test/judge.ts'
import { ask, kill, type ServerProcess, start } from '../test/server-process.ts'

it.each([1, 4, 9, 14, 20, 27])(
  'killed when the client had %i chunks',
  async (cut) => {
    await using model = await scriptedServer(
      ({ messages }) =>
        messages.at(-1)?.role === 'tool'
          ? text('Nine euros each, as always.')
          : reply({
              content: 'One moment.',
              toolCalls: [
                { name: 'look', args: { order: 7 } },
                { name: 'look', args: { order: 8 } },
              ],
            }),
      { delay: 3, deltaSize: 4 },
    )
    const folder = mkdtempSync(join(tmpdir(), 'toolloop-ui-'))
    const first = await start(folder, model.url)
    let second: ServerProcess | undefined
    try {
      const before = await framesOf(await ask(first.url), cut)
      expect(before).toHaveLength(cut)
      await kill(first)
      second = await start(folder, model.url)
      const frames = await framesOf(await fetch(`${second.url}/c1/stream`))
      const { message, errors } = await folded(chunksOf(frames))
      expect(errors).toEqual([])
      // The same message again is the same run.
      const again = await framesOf(await ask(second.url))
      expect((await folded(chunksOf(again))).message).toEqual(message)
      // A kill between the two calls drops the second one: it was not complete yet.
      const effects = new Set(readFileSync(join(folder, 'effects.txt'), 'utf8').trim().split('\n'))
      const orders = effects.size === 1 ? [7] : [7, 8]
      expect(
        message?.parts.map((part) => ('output' in part ? part.output : 'text' in part ? part.text : part.type)),
      ).toEqual([
        'step-start',
        'One moment.',
        ...orders.map((order) => ({ order, cents: 900 })),
        'step-start',
        'Nine euros each, as always.',
      ])
    } finally {
      if (second) await kill(second)
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)
