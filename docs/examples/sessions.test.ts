import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calls, scriptedModel, text } from '@toolloop/testing'
import { agent, outputOf, tool } from 'toolloop'
import { memorySessions, SessionError, type SessionStore, sqliteSessions } from 'toolloop/store'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessions-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const support = agent({
  name: 'support',
  model: scriptedModel(({ messages }) => {
    const last = messages.at(-1)!
    if (last.role === 'tool') return text('Refunded.')
    return last.content === 'Refund order 7, please.'
      ? calls([{ name: 'refund', args: {}, id: 'c1' }])
      : text(`That was message ${messages.filter(({ role }) => role === 'user').length}.`)
  }),
  tools: [tool({ name: 'refund', needsApproval: true, execute: () => 'refunded' })],
})

test('turns', async () => {
  const path = join(folder, 'chats.sqlite')
  // #region turns
  const store = sqliteSessions(path) // or folderSessions(folder), memorySessions()
  const session = await store.open('chat-7')
  await session.run(support, 'Hello.')
  const second = await session.run(support, 'Are you there?')
  console.log(outputOf(second), session.messages.length) // That was message 2. 4
  // #endregion
  expect(outputOf(second)).toBe('That was message 2.')
  expect(session.messages).toHaveLength(4)
  // #region list
  const { data } = await store.list({ limit: 20 })
  for (const { id, turns, status } of data) console.log(id, turns, status) // chat-7 2 done
  // #endregion
  expect(data).toMatchObject([{ id: 'chat-7', turns: 2, status: 'done' }])
  // #region fork
  const other = await session.fork({ before: 1 })
  const again = await other.run(support, 'Is anybody there?')
  // #endregion
  expect(outputOf(again)).toBe('That was message 2.')
  expect(session.messages).toHaveLength(4)
  store.close()
})

// #region answer
async function answer(store: SessionStore, chat: string, message: string) {
  const session = await store.open(chat)
  try {
    return await session.run(support, message)
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'session_pending') throw error
    if (error.status === 'interrupted') await session.run(support) // its process died: it goes on
    else await session.drop() // nobody decided: the calls are not run
    return session.run(support, message)
  }
}
// #endregion

test('a run that waits', async () => {
  const store = memorySessions()
  const session = await store.open('chat-7')
  // #region pending
  await session.run(support, 'Refund order 7, please.')
  const [request] = session.requests // in any process, also after a restart
  const decisions = { [request!.id]: { approve: true } } as const
  const result = await session.run(support, undefined, { decisions })
  // #endregion
  expect(outputOf(result)).toBe('Refunded.')
  await session.run(support, 'Refund order 7, please.')
  const next = await answer(store, 'chat-7', 'Never mind.')
  expect(outputOf(next)).toBe('That was message 3.')
  expect(session.turns.map(({ status }) => status)).toEqual(['done', 'aborted', 'done'])
})

test('follow', async () => {
  const store = memorySessions()
  const seen: string[] = []
  const session = await store.open('chat-7')
  const stream = session.stream(support, 'Hello.')
  await stream.started
  // #region follow
  const following = (async () => {
    for await (const fact of session.follow()) seen.push(fact.type)
  })()
  // #endregion
  await stream.result
  await following
  expect(seen).toEqual(['run.start', 'step.start', 'step.done', 'run.done'])
})
