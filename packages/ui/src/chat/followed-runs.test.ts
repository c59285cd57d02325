// Many readers of one run of another process. A second `uiChat` over the same store stands for it: it has no live run.
import { call, text } from '@toolloop/testing'
import { memorySessions } from '@toolloop/store'
import { expect, it } from 'vitest'
import { desk, post, userMessage } from '../test/desk.ts'

const stream = (headers?: Record<string, string>): Request =>
  new Request('http://a.example/api/chat/c/stream', headers && { headers })

/** The store, which counts how often a log is read or followed. */
function counted() {
  const store = memorySessions()
  const reads = { load: 0, follow: 0, open: 0 }
  const sessions: typeof store = {
    ...store,
    open: async (id) => {
      const session = await store.open(id)
      return new Proxy(session, {
        get(target, key) {
          if (key === 'follow')
            return async function* (options: Parameters<typeof target.follow>[0]) {
              reads.follow++
              reads.open++
              try {
                yield* target.follow(options)
              } finally {
                reads.open--
              }
            }
          if (key === 'log')
            return (turn?: number) => {
              const log = target.log(turn)
              return { ...log, load: () => (reads.load++, log.load()) }
            }
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      })
    },
  }
  return { store, sessions, reads }
}

const script = [call('look', { order: 7 }), text('Nine euros, and a few more words.')]

it('reads the log of a run that has ended once for all readers that are there, and again for later ones', async () => {
  const { store, sessions, reads } = counted()
  await (await desk(script, { sessions: store }).chat.fetch(post({ id: 'c', messages: [userMessage('Hi')] }))).text()
  const { chat } = desk([], { sessions })
  const responses = await Promise.all(Array.from({ length: 50 }, () => chat.fetch(stream())))
  const bodies = new Set(await Promise.all(responses.map((response) => response.text())))
  expect([bodies.size, reads.load]).toEqual([1, 1])
  await (await chat.fetch(stream())).text()
  expect(reads.load).toBe(2)
})

it('follows a run once for all its readers, until the last of them has left', async () => {
  const { store, sessions, reads } = counted()
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const runner = desk([call('look', { order: 7 }), () => answered.then(() => text('Nine euros.'))], { sessions: store })
  const own = await runner.chat.fetch(post({ id: 'c', messages: [userMessage('Hi')] }))
  const { chat } = desk([], { sessions })
  const left = new AbortController()
  const [first, ...others] = await Promise.all([
    chat.fetch(stream()),
    chat.fetch(stream()),
    chat.fetch(new Request(stream(), { signal: left.signal })),
  ])
  const reader = first.body!.getReader()
  let seen = ''
  while (!seen.includes('tool-output-available')) seen += new TextDecoder().decode((await reader.read()).value)
  expect(reads).toMatchObject({ follow: 1, open: 1 })
  await others[0].body!.cancel()
  left.abort()
  expect(reads.open).toBe(1)
  await reader.cancel()
  await expect.poll(() => reads.open).toBe(0)

  // One that comes back reads on behind what it has, if another reader is still there.
  const stays = await chat.fetch(stream())
  const [, position = ''] = seen.match(/id: (\S+)\n.*"tool-output-available"/) ?? []
  const cut = await chat.fetch(stream())
  const ids = [...(await readUntil(cut, 'tool-output-available')).matchAll(/id: (\S+)\n/g)].map(([, id]) => id!)
  const on = await chat.fetch(stream({ 'last-event-id': ids.at(-1)! }))
  const again = await chat.fetch(stream({ 'last-event-id': position })) // of a tape that is no more
  answer()
  expect(await on.text()).not.toContain('"start"')
  expect(await again.text()).toContain('"start"')
  expect(await stays.text()).toContain('Nine euros.')
  expect(reads.follow).toBe(2)
  await own.body!.cancel()
})

async function readUntil(response: Response, mark: string): Promise<string> {
  const reader = response.body!.getReader()
  let seen = ''
  while (!seen.includes(mark)) seen += new TextDecoder().decode((await reader.read()).value)
  await reader.cancel()
  return seen
}
