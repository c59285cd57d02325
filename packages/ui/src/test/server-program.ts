// A server of one chat in a process of its own, which a test kills. `node server-program.ts {folder} {model's URL} {folder | sqlite} {ms of a tool}`
import { Client } from '@toolloop/client'
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { folderSessions, sqliteSessions } from '@toolloop/store'
import { chatModel } from '@toolloop/transport'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { nodeHandler, uiChat } from '../index.ts'

const [folder = '', baseURL = '', store = 'folder', toolMs = '0'] = process.argv.slice(2)
const look = tool({
  name: 'look',
  parameters: z.object({ order: z.number() }),
  effects: 'idempotent',
  execute: async ({ order }, { idempotencyKey }) => {
    appendFileSync(join(folder, 'effects.txt'), `${idempotencyKey}\n`)
    await setTimeout(Number(toolMs))
    return { order, cents: 900 }
  },
})
const clerk = agent({
  name: 'clerk',
  model: chatModel(new Client({ baseURL, apiKey: 'test' }), 'm'),
  tools: [look],
})
const sessions =
  store === 'sqlite' ? sqliteSessions(join(folder, 'chats.sqlite')) : folderSessions(join(folder, 'chats'))
const chat = uiChat({ agent: clerk, sessions, access: () => true })
// A run that the last process left behind goes on, before the first client comes back.
for (const { id } of (await sessions.list({ status: 'interrupted' })).data)
  await chat.resume({ chatId: id, request: new Request('http://localhost/') })
const server = createServer(nodeHandler((request) => chat.fetch(request))).listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})
