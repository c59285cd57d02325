// A client that was cut off, at every chunk, reads the same message in the end, and the agent runs once.
import { reply, type Script, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { uiChat } from '../index.ts'
import { desk, post, userMessage } from '../test/desk.ts'
import { chunksOf, framesOf } from '../test/frames.ts'
import { folded } from '../test/judge.ts'

const script: Script = [
  reply({
    reasoning: 'Look first.',
    content: 'One moment.',
    toolCalls: [
      { name: 'look', args: { order: 7 } },
      { name: 'look', args: { order: 8 } },
    ],
  }),
  text('Nine euros each.'),
]
const body = { id: 'c1', messages: [userMessage('Orders 7 and 8?')] }
const stream = (headers: Record<string, string> = {}): Request =>
  new Request('http://a.example/api/chat/c1/stream', { headers })

async function whole() {
  const { chat } = desk(script)
  const frames = await framesOf(await chat.fetch(post(body)))
  return { ...(await folded(chunksOf(frames))), count: frames.length }
}

describe('a client that was cut off', () => {
  it('reads the same message from the beginning, cut at every chunk', async () => {
    const uncut = await whole()
    expect(uncut.count).toBeGreaterThan(20)
    for (let cut = 1; cut <= uncut.count; cut++) {
      const { chat, ran, model } = desk(script)
      const before = await framesOf(await chat.fetch(post(body)), cut)
      const after = await framesOf(await chat.fetch(stream()))
      // `useChat` resets its message at the `start` of a replay.
      expect(after[0]?.chunk.type).toBe('start')
      expect((await folded(chunksOf(after))).message).toEqual(uncut.message)
      expect(before).toHaveLength(cut)
      expect([ran, model.requests.length]).toEqual([['look 7', 'look 8'], 2])
    }
  })

  it('reads on behind `Last-Event-ID`, cut at every chunk', async () => {
    const uncut = await whole()
    for (let cut = 1; cut < uncut.count; cut++) {
      const { chat } = desk(script)
      const response = await chat.fetch(post(body))
      const before = await framesOf(response, cut)
      const id = before.at(-1)?.id ?? ''
      const after = await framesOf(await chat.fetch(stream({ 'last-event-id': id })))
      const isReplay = after[0]?.chunk.type === 'start' // the run had ended: the whole message
      const all = isReplay ? after : [...before, ...after]
      expect((await folded(chunksOf(all))).message).toEqual(uncut.message)
    }
  })

  it('reads it from another process, once the run has ended, and 204 when it has the end', async () => {
    const uncut = await whole()
    const { chat, sessions, clerk } = desk(script)
    const frames = await framesOf(await chat.fetch(post(body)))
    const other = uiChat({ agent: clerk, sessions, access: () => true, replayFor: 0 })
    expect((await other.fetch(stream())).status).toBe(204)
    const replay = await framesOf(await other.fetch(stream({ 'last-event-id': frames.at(-3)?.id ?? '' })))
    expect((await folded(chunksOf(replay))).message).toEqual(uncut.message)
    expect((await other.fetch(stream({ 'last-event-id': frames.at(-1)?.id ?? '' }))).status).toBe(204)
  })

  it('follows a run of another process by its log', async () => {
    const uncut = await whole()
    const { chat, sessions, clerk, model } = desk(script)
    const first = await chat.fetch(post(body))
    const other = uiChat({ agent: clerk, sessions, access: () => true })
    const frames = await framesOf(await other.fetch(stream()))
    expect((await folded(chunksOf(frames))).message).toEqual(uncut.message)
    await framesOf(first)
    expect(model.requests).toHaveLength(2)
  })

  it('gets 204 where nothing has run, and starts nothing', async () => {
    const { chat, model } = desk(script)
    expect((await chat.fetch(stream())).status).toBe(204)
    expect(model.requests).toHaveLength(0)
  })
})

it('two tabs read one run, one of them late and slow', async () => {
  const uncut = await whole()
  const { chat, model } = desk(script)
  const first = await chat.fetch(post(body))
  const second = await chat.fetch(stream())
  const [one, two] = [await framesOf(first), await framesOf(second)]
  expect((await folded(chunksOf(one))).message).toEqual(uncut.message)
  expect((await folded(chunksOf(two))).message).toEqual(uncut.message)
  // What it missed comes as one delta for each text, not as the deltas that the server sent.
  expect(two.filter(({ chunk }) => chunk.type === 'text-delta')).toHaveLength(2)
  expect(model.requests).toHaveLength(2)
})

it('a replay costs what the message holds, not how many deltas it came in', async () => {
  const long = 'word '.repeat(5_000)
  const { chat, sessions } = desk([text(long)])
  await framesOf(await chat.fetch(post(body)), 2)
  await expect.poll(async () => (await sessions.open('c1')).status, { timeout: 10_000 }).toBe('done')
  const replay = await framesOf(await chat.fetch(stream()))
  expect(replay.length).toBeLessThan(10)
  expect(JSON.stringify(replay).length).toBeLessThan(long.length + 1_000)
})
