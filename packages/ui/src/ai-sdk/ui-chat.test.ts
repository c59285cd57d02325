// The AI SDK's own chat drives our handlers.
import { call, failure, fault, reply, text } from '@toolloop/testing'
import {
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  type UIMessage,
} from 'ai'
import { describe, expect, it } from 'vitest'
import { desk, post, userMessage } from '../test/desk.ts'
import { requestIn, shown, useChat } from '../test/use-chat.ts'

const approvals = { sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses }

describe('useChat over uiChat', () => {
  it("streams text, and goes on with the server's history", async () => {
    const { chat, model } = desk([text('Hello.'), text('Still here.')])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Hi' })
    expect(shown(tab)).toEqual(['step-start', 'text Hello.'])
    expect(tab.status).toBe('ready')
    await tab.sendMessage({ text: 'There?' })
    expect(shown(tab)).toEqual(['step-start', 'text Still here.'])
    expect(tab.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(model.requests[1]?.messages.map(({ content }) => content)).toEqual(['Hi', 'Hello.', 'There?'])
    expect(model.requests).toHaveLength(2)
  })

  it('shows tools and their results', async () => {
    const { chat, ran } = desk([call('look', { order: 7 }), text('Nine euros.')])
    const tab = useChat({ fetch: chat.fetch })
    await tab.sendMessage({ text: 'Order 7?' })
    expect(shown(tab)).toEqual([
      'step-start',
      'tool-look output-available {"order":7,"cents":900}',
      'step-start',
      'text Nine euros.',
    ])
    expect(ran).toEqual(['look 7'])
  })

  it.each([
    [true, 'tool-refund output-available "Refunded 7."', ['refund 7']],
    [false, 'tool-refund output-denied', []],
  ])('asks for approval, and goes on in the same message: approved %s', async (approved, line, effects) => {
    const { chat, ran } = desk([call('refund', { order: 7 }), text('Done.')])
    const tab = useChat({ fetch: chat.fetch, ...approvals })
    await tab.sendMessage({ text: 'Refund 7' })
    expect(shown(tab)).toEqual(['step-start', 'tool-refund approval-requested'])
    expect(ran).toEqual([])
    await tab.addToolApprovalResponse({ id: requestIn(tab), approved })
    await expect.poll(() => shown(tab).at(-1)).toBe('text Done.')
    expect(shown(tab)).toEqual(['step-start', line, 'step-start', 'text Done.'])
    expect(tab.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(ran).toEqual(effects)
  })

  it('is approved by a second person in another browser, whom `authorize` knows', async () => {
    const asked: unknown[] = []
    const { chat, ran } = desk([call('refund', { order: 7 }), text('Done.')], {
      authorize: (request, { request: { headers } }) => {
        asked.push([request.name, request.arguments, headers.get('x-user')])
        return headers.get('x-user') === 'boss'
      },
    })
    const tab = useChat({ fetch: chat.fetch, id: 'c1', ...approvals, headers: { 'x-user': 'clerk' } })
    await tab.sendMessage({ text: 'Refund 7' })
    await tab.addToolApprovalResponse({ id: requestIn(tab), approved: true })
    await expect.poll(() => tab.error?.message).toContain('may not decide')
    expect(ran).toEqual([])
    const boss = useChat({
      fetch: chat.fetch,
      id: 'c1',
      messages: (await chat.messages('c1')) as UIMessage[],
      ...approvals,
      headers: { 'x-user': 'boss' },
    })
    await boss.addToolApprovalResponse({ id: requestIn(boss), approved: true })
    await expect.poll(() => shown(boss).at(-1)).toBe('text Done.')
    expect(ran).toEqual(['refund 7'])
    expect(asked).toEqual(['clerk', 'boss'].map((user) => ['refund', '{"order":7}', user]))
    await tab.resumeStream()
    expect(shown(tab)).toEqual(shown(boss))
  })

  it('executes a tool in the browser', async () => {
    const { chat, model } = desk([call('locate', {}), text('You are in Oslo.')])
    const tab = useChat({
      fetch: chat.fetch,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
      onToolCall: ({ toolCall }) => {
        void tab.addToolOutput({
          tool: toolCall.toolName,
          toolCallId: toolCall.toolCallId,
          output: { city: 'Oslo' },
        })
      },
    })
    await tab.sendMessage({ text: 'Where am I?' })
    await expect.poll(() => shown(tab).at(-1)).toBe('text You are in Oslo.')
    expect(model.requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool', content: '{"city":"Oslo"}' })
  })

  it('shows an error without its words, and goes on after it', async () => {
    const { chat } = desk([failure(400, { error: { message: 'no quota at 10.0.0.3' } }), text('Hello.')])
    const tab = useChat({ fetch: chat.fetch })
    await tab.sendMessage({ text: 'Hi' })
    expect([tab.status, tab.error?.message]).toEqual(['error', 'The stream failed on the server.'])
    await tab.sendMessage({ text: 'Again' })
    expect(shown(tab)).toEqual(['step-start', 'text Hello.'])
  })

  it('regenerates an answer that failed: its run goes on', async () => {
    const { chat, model, sessions } = desk([failure(400), text('Hello.')])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Hi' })
    await tab.regenerate()
    expect(shown(tab).at(-1)).toBe('text Hello.')
    expect([model.requests.length, (await sessions.open('c1')).turns.length]).toEqual([2, 1])
  })

  const texts = (messages: readonly { parts: readonly object[] }[]): unknown[] =>
    messages.flatMap(({ parts }) => parts.flatMap((part) => ('text' in part ? [part.text] : [])))

  it('regenerates a complete answer, again and again: a new turn takes its place', async () => {
    const { chat, model, sessions } = desk(['One.', 'Two.', 'Three.', 'Four.'].map((answer) => text(answer)))
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Hi' })
    for (const answer of ['Two.', 'Three.']) {
      await tab.regenerate()
      expect(texts(tab.messages)).toEqual(['Hi', answer])
    }
    const [, answer] = await chat.messages('c1')
    expect(answer).toEqual(JSON.parse(JSON.stringify(tab.messages[1])))
    await tab.sendMessage({ text: 'Then?' })
    expect(texts(tab.messages)).toEqual(['Hi', 'Three.', 'Then?', 'Four.'])
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([1, 1, 1, 3])
    const session = await sessions.open('c1')
    expect((await session.log(0).load()).at(-1)).toMatchObject({ outcome: { text: 'One.' } })
  })

  it.each(['a tab that stayed', 'a page that was loaded'])(
    'regenerates an earlier answer, without what followed: %s',
    async (which) => {
      const { chat } = desk(['One.', 'Two.', 'Three.', 'Four.'].map((answer) => text(answer)))
      const first = useChat({ fetch: chat.fetch, id: 'c1' })
      for (const said of ['a', 'b', 'c']) await first.sendMessage({ text: said })
      const tab =
        which === 'a tab that stayed'
          ? first
          : useChat({ fetch: chat.fetch, id: 'c1', messages: (await chat.messages('c1')) as UIMessage[] })
      await tab.regenerate({ messageId: tab.messages[3]?.id ?? '' })
      expect(texts(tab.messages)).toEqual(['a', 'One.', 'b', 'Four.'])
      expect(texts(await chat.messages('c1'))).toEqual(['a', 'One.', 'b', 'Four.'])
    },
  )

  it('sends an edited message in the place of the old one', async () => {
    const { chat, model } = desk(['One.', 'Two.', 'Three.'].map((answer) => text(answer)))
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    for (const said of ['a', 'b']) await tab.sendMessage({ text: said })
    await tab.sendMessage({ text: 'A', messageId: tab.messages[0]?.id ?? '' })
    expect(texts(tab.messages)).toEqual(['A', 'Three.'])
    expect(texts(await chat.messages('c1'))).toEqual(['A', 'Three.'])
    expect(model.requests.at(-1)?.messages).toMatchObject([{ role: 'user', content: 'A' }])
  })

  it('regenerates nothing while a call waits for a decision, and nothing that another tab has replaced', async () => {
    const { chat, ran, model } = desk([text('One.'), text('Two.'), call('refund', { order: 7 })])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    const other = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'a' })
    other.messages = structuredClone(tab.messages)
    await tab.regenerate()
    await other.sendMessage({ text: 'b' })
    expect(other.error?.message).toContain('Load the messages again')
    await tab.sendMessage({ text: 'Refund 7' })
    await tab.regenerate()
    expect(tab.error?.message).toContain('session_pending')
    expect([ran, model.requests.length]).toEqual([[], 3])
  })

  it('takes a decision and a new message in one post: first the run goes on, then the message is answered', async () => {
    const { chat, ran, model } = desk([call('refund', { order: 7 }), text('Done.'), text('You are welcome.')])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Refund 7' })
    await tab.addToolApprovalResponse({ id: requestIn(tab), approved: true })
    await tab.sendMessage({ text: 'Thanks' })
    expect(shown(tab)).toEqual(['step-start', 'text You are welcome.'])
    expect(texts(await chat.messages('c1'))).toEqual(['Refund 7', 'Done.', 'Thanks', 'You are welcome.'])
    expect([ran, model.requests.length]).toEqual([['refund 7'], 3])
  })

  it('takes the decision, and says why the message must wait, where the run pauses again', async () => {
    const { chat, ran, sessions } = desk([call('refund', { order: 7 }), call('refund', { order: 8 })])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Refund 7' })
    await tab.addToolApprovalResponse({ id: requestIn(tab), approved: true })
    await tab.sendMessage({ text: 'Thanks' })
    expect(tab.error?.message).toContain('session_pending')
    expect([ran, (await sessions.open('c1')).status]).toEqual([['refund 7'], 'approval'])
  })

  it('stops the run with the request where `onLeave` is `abort`', async () => {
    const { chat, sessions } = desk([fault.stall(text('Hello, this is long.'), 700), text('Yes?')], {
      onLeave: 'abort',
    })
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    const sending = tab.sendMessage({ text: 'Hi' })
    await expect.poll(() => shown(tab).at(-1)).toContain('text Hell')
    await tab.stop()
    await sending
    await expect.poll(async () => (await sessions.open('c1')).status).toBe('aborted')
    await tab.sendMessage({ text: 'Hello?' })
    expect(shown(tab)).toEqual(['step-start', 'text Yes?'])
  })

  it('goes on without the client, which can stop the run by DELETE', async () => {
    const { chat, sessions } = desk([fault.stall(text('Hello, this is long.'), 700)])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    const sending = tab.sendMessage({ text: 'Hi' })
    await expect.poll(() => shown(tab).at(-1)).toContain('text Hell')
    await tab.stop()
    await sending
    expect((await sessions.open('c1')).status).toBe('running')
    const stopped = await chat.fetch(new Request('http://a.example/api/chat/c1/stream', { method: 'DELETE' }))
    expect([stopped.status, (await sessions.open('c1')).status]).toEqual([204, 'aborted'])
  })

  it('takes images and files that the message carries', async () => {
    const { chat, model } = desk([text('Nice.')])
    const tab = useChat({ fetch: chat.fetch })
    await tab.sendMessage({
      text: 'See',
      files: [{ type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AAAA' }],
    })
    expect(model.requests[0]?.messages[0]?.content).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'text', text: 'See' },
    ])
  })

  it('shows reasoning', async () => {
    const { chat } = desk([reply({ reasoning: 'Hm.', content: 'Hello.' })])
    const tab = useChat({ fetch: chat.fetch })
    await tab.sendMessage({ text: 'Hi' })
    expect(shown(tab)).toEqual(['step-start', 'reasoning Hm.', 'text Hello.'])
  })

  it('gives the messages of a chat as the front end has them', async () => {
    const { chat } = desk([call('look', { order: 7 }), call('refund', { order: 7 })])
    const tab = useChat({ fetch: chat.fetch, id: 'c1' })
    await tab.sendMessage({ text: 'Refund 7' })
    const [question, answer] = await chat.messages('c1')
    expect(question).toMatchObject({ role: 'user', parts: [{ type: 'text', text: 'Refund 7' }] })
    expect(answer).toEqual(JSON.parse(JSON.stringify(tab.messages[1])))
  })

  it('needs only the last message in a post, so that a long conversation stays below the bounds', async () => {
    const { chat, ran, model } = desk([text('One.'), call('refund', { order: 7 }), text('Two.'), text('Three.')], {
      maxParts: 8,
    })
    const tab = useChat({ fetch: chat.fetch, id: 'c1', postsLast: true, ...approvals })
    await tab.sendMessage({ text: 'Hi' })
    await tab.sendMessage({ text: 'Refund' })
    await tab.addToolApprovalResponse({ id: requestIn(tab), approved: true })
    await expect.poll(() => [tab.status, shown(tab).at(-1)]).toEqual(['ready', 'text Two.'])
    await tab.regenerate()
    expect([shown(tab).at(-1), ran, tab.error]).toEqual(['text Three.', ['refund 7'], undefined])
    expect(model.requests.at(-1)?.messages.map(({ content }) => content)).toEqual(['Hi', 'One.', 'Refund'])
  })

  it('answers one message that is sent twice with one run', async () => {
    const { chat, model } = desk([text('Hello.')])
    const body = { id: 'c1', messages: [userMessage('Hi')] }
    const [one, two] = await Promise.all([1, 2].map(async () => (await chat.fetch(post(body))).text()))
    for (const sent of [one, two, await (await chat.fetch(post(body))).text()])
      expect(sent).toContain('"type":"finish"')
    expect(model.requests).toHaveLength(1)
  })
})
