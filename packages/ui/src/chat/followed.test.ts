// Two server processes over one store: a client reads from the second what the first runs, which is killed and goes on.
import { reply, scriptedServer, text } from '@toolloop/testing'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { UiChunk } from '../index.ts'
import { chunksOf, framesOf } from '../test/frames.ts'
import { folded } from '../test/judge.ts'
import { ask, kill, type ServerProcess, start } from '../test/server-process.ts'

/** The message without what the clock decides. */
async function messageOf(chunks: readonly UiChunk[]) {
  const { message, errors } = await folded(chunks)
  expect(errors).toEqual([])
  return message
}

it.each(['folder', 'sqlite'])(
  'a client follows a run of another process, which is killed and restarted: %s',
  async (store) => {
    await using model = await scriptedServer(({ messages }) =>
      messages.at(-1)?.role === 'tool'
        ? text('Nine euros.')
        : reply({ content: 'One moment.', toolCalls: [{ name: 'look', args: { order: 7 }, id: 'c1' }] }),
    )
    const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'toolloop-ui-')))
    const [folder = '', other = ''] = folders
    const servers: ServerProcess[] = []
    const serve = async (...[where, ms]: [string, string]): Promise<ServerProcess> => {
      const server = await start(where, model.url, store, ms)
      servers.push(server)
      return server
    }
    try {
      const uncut = await messageOf(chunksOf(await framesOf(await ask((await serve(other, '0')).url))))
      const runner = await serve(folder, '60000')
      const reader = await serve(folder, '0')
      await framesOf(await ask(runner.url), 1)
      const stream = (): Promise<Response> => fetch(`${reader.url}/c1/stream`)
      // What the other process has logged: its text and its call, while the tool runs.
      const seen = await framesOf(await stream(), 'tool-input-available')
      expect(seen.map(({ chunk }) => chunk)).toContainEqual({ type: 'text-delta', id: 'text:0', delta: 'One moment.' })

      const rest = framesOf(await stream())
      await kill(runner)
      expect((await rest).at(-1)?.chunk).toMatchObject({ type: 'finish', finishReason: 'interrupted' })
      await serve(folder, '0') // resumes the run that the first left behind
      const after = await framesOf(await stream())
      expect(await messageOf(chunksOf(after))).toEqual(uncut)
      // The same post at the reader is the same run.
      expect(await messageOf(chunksOf(await framesOf(await ask(reader.url))))).toEqual(uncut)
      const effects = readFileSync(join(folder, 'effects.txt'), 'utf8').trim().split('\n')
      expect([effects.length, new Set(effects).size]).toEqual([2, 1]) // the tool ran again, as the same effect
      expect(model.requests).toHaveLength(4) // two for each folder
    } finally {
      for (const server of servers) await kill(server)
      for (const one of folders) rmSync(one, { recursive: true, force: true })
    }
  },
  180_000,
)
