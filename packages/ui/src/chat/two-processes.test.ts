// The same message at two server processes over one store, at the same moment.
import { call, scriptedServer, text } from '@toolloop/testing'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ask, kill, start } from '../test/server-process.ts'

it.each(['folder', 'sqlite'])(
  'one message that is sent to two processes is one run: %s',
  async (store) => {
    await using model = await scriptedServer(({ messages }) =>
      messages.at(-1)?.role === 'tool' ? text('Nine euros.') : call('look', { order: 7 }),
    )
    const folder = mkdtempSync(join(tmpdir(), 'toolloop-ui-'))
    const servers = await Promise.all([0, 1].map(() => start(folder, model.url, store, '0')))
    try {
      for (let chat = 0; chat < 4; chat++) {
        const before = model.requests.length
        const responses = await Promise.all(servers.map(({ url }) => ask(url, `chat-${chat}`)))
        const bodies = await Promise.all(responses.map((response) => response.text()))
        const seen = { statuses: responses.map(({ status }) => status), requests: model.requests.length - before }
        expect(seen).toEqual({ statuses: [200, 200], requests: 2 })
        expect(bodies).toEqual([expect.stringContaining('"finish"'), expect.stringContaining('"finish"')])
      }
    } finally {
      for (const server of servers) await kill(server)
      rmSync(folder, { recursive: true })
    }
  },
  60_000,
)
