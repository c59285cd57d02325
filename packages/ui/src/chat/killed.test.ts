// The server process is killed in the middle of a run and started again: the client reads the same message, from one run.
import { reply, scriptedServer, text } from '@toolloop/testing'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chunksOf, framesOf } from '../test/frames.ts'
import { folded } from '../test/judge.ts'

const program = join(import.meta.dirname, '../test/server-program.ts')

async function start(folder: string, model: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(program, [folder, model], { execArgv: ['--conditions=@toolloop/source'], stdio: 'inherit' })
  const [port] = (await once(child, 'message')) as [number]
  return { child, url: `http://127.0.0.1:${port}/api/chat` }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const ask = (url: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'c1',
      messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Orders?' }] }],
    }),
  })

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
    let second: Awaited<ReturnType<typeof start>> | undefined
    try {
      const before = await framesOf(await ask(first.url), cut)
      expect(before).toHaveLength(cut)
      await kill(first.child)
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
      if (second) await kill(second.child)
      rmSync(folder, { recursive: true, force: true })
    }
  },
  30_000,
)
