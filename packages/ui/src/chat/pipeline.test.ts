// A pipeline answers in a chat: its stages are shown, its gate is approved, its output is the answer.
import { HttpAgent } from '@ag-ui/client'
import { agent, isFact, type RunEvent } from '@toolloop/core'
import { gate, pipe, stage } from '@toolloop/pipeline'
import { type Session, memorySessions } from '@toolloop/store'
import { text, scriptedModel } from '@toolloop/testing'
import { lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from 'ai'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { agUiChat, uiChat, type UiChatOptions, uiMessages } from '../index.ts'
import { post, userMessage } from '../test/desk.ts'
import { chunksOf, framesOf } from '../test/frames.ts'
import { folded } from '../test/judge.ts'
import { requestIn, shown, useChat } from '../test/use-chat.ts'

/** Drafts an answer with an agent, and publishes it after approval. */
function newsroom(options: Partial<UiChatOptions> = {}) {
  const ran: string[] = []
  const model = scriptedModel(
    ({ messages }) => text(`Draft on ${JSON.stringify(messages.at(-1)?.content).slice(1, -1)}`),
    { deltaSize: 4 },
  )
  const writer = agent({ name: 'writer', model })
  const topic = stage(
    (question: string) => {
      ran.push(`topic ${question}`)
      return question.toLowerCase()
    },
    { name: 'topic' },
  )
  const publish = stage(
    (draft: string) => {
      ran.push('publish')
      return `${draft}.`
    },
    { name: 'publish' },
  )
  const line = pipe(topic, writer, gate(publish)).named('newsroom')
  const sessions = memorySessions()
  const given = { agent: line, sessions, access: () => true, authorize: () => true, ...options }
  return { chat: uiChat(given), sessions, ran, model, line }
}

const approvals = { sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses }
const stream = (): Request => new Request('http://a.example/api/chat/c1/stream')

describe('a pipeline in a chat', () => {
  it.each([
    [true, ['tool-publish approval-responded', 'data-stage', 'text Draft on tides.'], ['topic Tides', 'publish']],
    [false, ['tool-publish output-denied'], ['topic Tides']],
  ])('is driven by useChat, its gate included: approved %s', async (approved, lines, effects) => {
    const { chat, ran } = newsroom()
    const tab = useChat({ fetch: chat.fetch, id: 'c1', ...approvals })
    await tab.sendMessage({ text: 'Tides' })
    expect(shown(tab)).toEqual(['data-stage', 'data-stage', 'data-agent', 'tool-publish approval-requested'])
    await tab.addToolApprovalResponse({ id: requestIn(tab), approved })
    await expect.poll(() => tab.status).not.toMatch(/submitted|streaming/)
    await expect.poll(() => shown(tab).slice(3)).toEqual(lines)
    expect(ran).toEqual(effects)
    expect((await chat.messages('c1'))[1]?.parts).toEqual(JSON.parse(JSON.stringify(tab.messages[1]?.parts)))
  })

  it('goes on with the conversation, from which `inputOf` makes its input', async () => {
    const seen: unknown[] = []
    const count = stage((lengths: readonly number[]) => ({ lengths }), { name: 'count' })
    const { chat, sessions } = newsroom({
      agent: pipe(count).named('counter'),
      inputOf: (conversation, { chatId }) => {
        seen.push(chatId)
        return conversation.map(({ content }) => JSON.stringify(content).length - 2)
      },
    })
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Hi' })
    await tab.sendMessage({ text: 'Hello' })
    expect(shown(tab).at(-1)).toBe('text {"lengths":[2,17,5]}')
    expect(seen).toEqual(['c1', 'c1'])
    const { messages, transcript } = await sessions.open('c1')
    expect(messages.map(({ content }) => content)).toEqual(['Hi', '{"lengths":[2]}', 'Hello', '{"lengths":[2,17,5]}'])
    expect(transcript).toEqual(messages)
  })

  it('can take turns with an agent', async () => {
    const model = scriptedModel(({ messages }) => text(JSON.stringify(messages.map(({ content }) => content))))
    const echo = agent({ name: 'echo', model })
    const upper = pipe(stage((said: string) => said.toUpperCase(), { name: 'upper' })).named('upper')
    let turn = 0
    const { chat } = newsroom({ agent: () => (turn++ % 2 === 0 ? upper : echo) })
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    for (const said of ['one', 'two', 'three']) await tab.sendMessage({ text: said })
    expect(
      tab.messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? part.text : []))),
    ).toEqual(['one', 'ONE', 'two', '["one","ONE","two"]', 'three', 'THREE'])
  })

  it('is read by a client that was cut off at every chunk, and runs once', async () => {
    const body = { id: 'c1', messages: [userMessage('Tides')] }
    const uncut = newsroom()
    const frames = await framesOf(await uncut.chat.fetch(post(body)))
    const { message } = await folded(chunksOf(frames))
    expect(frames.length).toBeGreaterThan(5)
    for (let cut = 1; cut <= frames.length; cut++) {
      const { chat, ran, model } = newsroom()
      await framesOf(await chat.fetch(post(body)), cut)
      const after = await framesOf(await chat.fetch(stream()))
      expect((await folded(chunksOf(after))).message?.parts.map(withoutMs)).toEqual(message?.parts.map(withoutMs))
      expect([ran, model.requests.length]).toEqual([['topic Tides'], 1])
    }
  })

  it('goes on where it failed when the answer is regenerated', async () => {
    const ran: string[] = []
    let isDown = true
    const first = stage((said: string) => (ran.push('first'), said), { name: 'first' })
    const second = stage(
      (said: string) => {
        if (isDown) throw new Error('down at 10.0.0.3')
        return `${said}!`
      },
      { name: 'second' },
    )
    const { chat } = newsroom({ agent: pipe(first, second).named('line') })
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Hi' })
    expect([tab.status, JSON.stringify(tab.messages)]).toEqual(['error', expect.not.stringContaining('10.0.0.3')])
    isDown = false
    await tab.regenerate()
    expect([shown(tab).at(-1), ran]).toEqual(['text Hi!', ['first']])
  })

  it('is driven by AG-UI, its gate included', async () => {
    const { sessions, line, ran } = newsroom()
    const chat = agUiChat({ agent: line, sessions, access: () => true, authorize: () => true })
    const http = new HttpAgent({
      url: 'http://a.example/api/ag-ui',
      threadId: 't1',
      fetch: (url: string, init: RequestInit) => chat.fetch(new Request(url, init)),
    })
    http.addMessage({ id: 'u1', role: 'user', content: 'Tides' })
    await http.runAgent()
    const [request] = (await sessions.open('t1')).requests
    await http.runAgent({
      resume: [{ interruptId: request?.id ?? '', status: 'resolved', payload: { approved: true } }],
    })
    expect(http.messages.at(-1)).toMatchObject({ role: 'assistant', content: 'Draft on tides.' })
    expect(ran).toEqual(['topic Tides', 'publish'])
    http.addMessage({ id: 'u2', role: 'user', content: 'Waves' })
    await http.runAgent()
    expect((await sessions.open('t1')).status).toBe('approval')
  })

  it('fails on the server where `inputOf` returns no JSON, and runs nothing', async () => {
    const errors: unknown[] = []
    const { chat, ran } = newsroom({ inputOf: () => () => 1, onError: (error) => errors.push(error) })
    const response = await chat.fetch(post({ id: 'c1', messages: [userMessage('Hi')] }))
    expect([response.status, ran]).toEqual([500, []])
    expect(errors.map(String)).toEqual([expect.stringContaining('Pass plain JSON')])
  })
})

describe('a pipeline in a session', () => {
  it('is dropped at its gate, and the next turn goes on', async () => {
    const { sessions, line, ran } = newsroom()
    const session = await sessions.open('s')
    expect(await session.run(line, 'Tides')).toMatchObject({ status: 'approval' })
    expect(session.requests).toMatchObject([{ name: 'publish', kind: 'approval' }])
    await expect(session.run(line, 'Waves')).rejects.toMatchObject({ code: 'session_pending' })
    await session.drop()
    expect([(await session.load()).status, session.requests]).toEqual(['aborted', []])
    const events: RunEvent[] = []
    for await (const event of session.stream(line, 'Waves')) events.push(event)
    expect(events.filter(isFact).at(-1)?.type).toBe('run.pause')
    const [request] = session.requests
    const result = await session.run(line, undefined, { decisions: { [request?.id ?? '']: { approve: true } } })
    expect(result).toMatchObject({ status: 'done', output: 'Draft on waves.' })
    expect(ran).toEqual(['topic Tides', 'topic Waves', 'publish'])
    const fork = await session.fork()
    expect(fork.messages.map(({ content }) => content)).toEqual(['Tides', 'Waves', 'Draft on waves.'])
    expect(await uiMessages(fork)).toHaveLength(4)
  })

  it('keeps to its budget, and agents take none', async () => {
    const { sessions, line, model } = newsroom()
    const session = await sessions.open('s')
    expect(await session.run(line, 'Tides', { budget: { tokens: 1 } })).toMatchObject({ status: 'budget' })
    const writer = agent({ name: 'writer', model })
    const options = { inputOf: () => '' }
    await expect(session.run(writer, 'Hi', options as object)).rejects.toThrow('are options of pipelines')
  })

  it('has the types of the pipeline', () => {
    const sum = pipe(stage((values: readonly number[]) => values.length, { name: 'sum' }))
    const use = async (session: Session): Promise<void> => {
      const result = await session.run(sum, 'Hi', { inputOf: (messages) => messages.map(() => 1) })
      if (result.status === 'done') expectTypeOf(result.output).toEqualTypeOf<number>()
      // @ts-expect-error -- its input is not a text: `inputOf` is required
      void session.run(sum, 'Hi')
      // @ts-expect-error -- and returns the input of the pipeline
      void session.run(sum, 'Hi', { inputOf: () => ['one'] })
      // @ts-expect-error -- a session has its own logs
      void session.run(newsroom().line, 'Hi', { log: session.log() })
    }
    expect(use).toBeTypeOf('function')
  })
})

function withoutMs(part: UIMessage['parts'][number]): unknown {
  return JSON.parse(JSON.stringify(part, (key, value: unknown) => (key === 'ms' ? 0 : value)))
}
