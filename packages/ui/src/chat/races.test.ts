// Two clients at the same moment, and requests that come late, in both protocols.
import { agent } from '@toolloop/core'
import { pipe, stage } from '@toolloop/pipeline'
import { InputRequired, tool } from '@toolloop/schema'
import { memorySessions } from '@toolloop/store'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { cashier, dialects, serve } from '../test/protocols.ts'

const statusesOf = async (responses: readonly Response[]): Promise<number[]> => {
  await Promise.all(responses.map((response) => response.text()))
  return responses.map(({ status }) => status).toSorted((a, b) => a - b)
}

interface Messages {
  readonly messages: readonly object[]
}

/** A tool that takes as long as the test wants. */
function slow() {
  const began = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  const wait = tool({
    name: 'wait',
    parameters: z.object({}),
    execute: (_, { signal }) => {
      began.resolve()
      signal.addEventListener('abort', () => ended.reject(new Error('aborted')))
      return ended.promise
    },
  })
  return { wait, began: began.promise, end: () => ended.resolve('waited') }
}

describe.each(Object.entries(dialects))('%s', (name, dialect) => {
  const refund = [call('refund', { order: 7 }), text('Done.'), text('Next.')]

  it('the same decision of two tabs at the same moment runs the tool once', async () => {
    const { clerk, ran, model } = cashier(refund)
    await using served = await serve(dialect, { agent: clerk })
    await (await served.post(dialect.ask('c', 'Refund 7'))).text()
    const body = await dialect.decide(served.handlers, 'c', true, served.sessions)
    await statusesOf(await Promise.all([1, 2, 3].map(() => served.post(body))))
    expect([ran, model.requests.length, (await served.sessions.open('c')).status]).toEqual([['refund 7'], 2, 'done'])
  })

  it('opposite decisions at the same moment: the first one holds, the other is refused', async () => {
    const { clerk, ran } = cashier(refund)
    await using served = await serve(dialect, { agent: clerk })
    await (await served.post(dialect.ask('c', 'Refund 7'))).text()
    const bodies = await Promise.all(
      [false, true].map((approved) => dialect.decide(served.handlers, 'c', approved, served.sessions)),
    )
    const [no, yes] = bodies.map((body) => served.handlers.post(post(body)))
    expect([(await no!).status, (await yes!).status]).toEqual([200, 409])
    await (await no!).text()
    expect(ran).toEqual([])
  })

  it('a decision is refused after a restart when it was taken before, and holds when it was not', async () => {
    const { clerk, ran, model } = cashier(refund)
    const sessions = memorySessions()
    const before = await serve(dialect, { agent: clerk }, sessions)
    await (await before.post(dialect.ask('c', 'Refund 7'))).text()
    const body = await dialect.decide(before.handlers, 'c', true, sessions)
    await before[Symbol.asyncDispose]()
    await using after = await serve(dialect, { agent: clerk }, sessions)
    expect(await statusesOf([await after.post(body)])).toEqual([200])
    expect(await statusesOf([await after.post(body)])).toEqual([409])
    expect([ran, model.requests.length]).toEqual([['refund 7'], 2])
  })

  it('a decision and a new message of two tabs at the same moment: one after the other, or refused', async () => {
    const { clerk, ran, model } = cashier(refund)
    await using served = await serve(dialect, { agent: clerk })
    await (await served.post(dialect.ask('c', 'Refund 7'))).text()
    const body = await dialect.decide(served.handlers, 'c', true, served.sessions)
    const responses = await Promise.all([served.post(dialect.ask('c', 'Hurry', 'm2')), served.post(body)])
    expect((await statusesOf(responses)).every((status) => status === 200 || status === 409)).toBe(true)
    await expect.poll(async () => (await served.sessions.open('c')).status).toBe('done')
    const { turns } = await served.sessions.open('c')
    expect([ran, model.requests.length]).toEqual([['refund 7'], turns.length + 1])
  })

  it('two new messages at the same moment: one is answered, the other is refused', async () => {
    const { wait, began, end } = slow()
    const model = scriptedModel([call('wait', {}), text('Done.')])
    await using served = await serve(dialect, { agent: agent({ name: 'a', model, tools: [wait] }) })
    const [one, two] = await Promise.all(['m1', 'm2'].map((id) => served.post(dialect.ask('c', id, id))))
    await began
    end()
    expect(await statusesOf([one!, two!])).toEqual([200, 409])
    expect(model.requests).toHaveLength(2)
  })

  it('a deep value as the answer to a question is refused, and the question stays open', async () => {
    const where = tool({
      name: 'where',
      parameters: z.object({}),
      execute: (_, { input }) => {
        if (!input) throw new InputRequired('Where?')
        return 'There.'
      },
    })
    const model = scriptedModel([call('where', {}), text('Done.')])
    await using served = await serve(dialect, { agent: agent({ name: 'a', model, tools: [where] }) })
    await (await served.post(dialect.ask('c', 'Go'))).text()
    const body = JSON.stringify(await dialect.answer(served.handlers, 'c', 'DEEP', served.sessions))
    const response = await served.post(body.replaceAll('"DEEP"', '['.repeat(50_000) + ']'.repeat(50_000)))
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.objectContaining({ code: 'post_malformed' }) },
    ])
    expect([(await served.sessions.open('c')).status, served.errors]).toEqual(['approval', []])
    expect(await statusesOf([await served.post(body)])).toEqual([200])
    expect((await served.sessions.open('c')).status).toBe('done')
  })

  describe('stop', () => {
    it('ends the run for all its readers, and only with access', async () => {
      const { wait, began } = slow()
      const model = scriptedModel([call('wait', {}), text('Done.')])
      const runner = agent({ name: 'a', model, tools: [wait] })
      await using served = await serve(dialect, {
        agent: runner,
        access: ({ request }) => !request.headers.has('x-stranger'),
      })
      const first = await served.post(dialect.ask('c', 'Go'))
      await began
      const second = await fetch(`${served.url}/c/stream`)
      const stop = (headers: Record<string, string> = {}) =>
        fetch(`${served.url}/c/stream`, { method: 'DELETE', headers })
      expect((await stop({ 'x-stranger': 'yes' })).status).toBe(404)
      expect((await served.sessions.open('c')).status).toBe('running')
      expect((await stop()).status).toBe(204)
      expect((await served.sessions.open('c')).status).toBe('aborted')
      const [one, two] = await Promise.all([first.text(), second.text()])
      for (const body of [one, two]) expect(body).toMatch(/"type":"abort"|"cancelled"/)
      expect(model.requests).toHaveLength(1)
    })

    it('leaves a run that waits for a decision as it is', async () => {
      const { clerk, ran } = cashier(refund)
      await using served = await serve(dialect, { agent: clerk })
      await (await served.post(dialect.ask('c', 'Refund 7'))).text()
      expect((await fetch(`${served.url}/c/stream`, { method: 'DELETE' })).status).toBe(204)
      expect((await served.sessions.open('c')).status).toBe('approval')
      const body = await dialect.decide(served.handlers, 'c', true, served.sessions)
      expect(await statusesOf([await served.post(body)])).toEqual([200])
      expect(ran).toEqual(['refund 7'])
    })

    it('also prevents the message that was to follow a decision', async () => {
      const { wait, began } = slow()
      const pay = tool({ name: 'pay', parameters: z.object({}), needsApproval: true, execute: () => 'Paid.' })
      const model = scriptedModel([call('pay', {}), call('wait', {}), text('Next.')])
      await using served = await serve(dialect, { agent: agent({ name: 'a', model, tools: [pay, wait] }) })
      await (await served.post(dialect.ask('c', 'Pay'))).text()
      const decision = await dialect.decide(served.handlers, 'c', true, served.sessions)
      const both = {
        ...decision,
        messages: [...(decision as Messages).messages, ...(dialect.ask('c', 'More') as Messages).messages],
      }
      const posted = served.post(both)
      await began
      expect((await fetch(`${served.url}/c/stream`, { method: 'DELETE' })).status).toBe(204)
      const response = await posted
      expect([response.status, await response.json()]).toEqual([
        409,
        { error: expect.objectContaining({ code: 'post_stopped' }) },
      ])
      const session = await served.sessions.open('c')
      expect([session.status, session.turns.length, model.requests.length]).toEqual(['aborted', 1, 2])
    })

    it('states that another process runs the chat', async () => {
      const { wait, began, end } = slow()
      const model = scriptedModel([call('wait', {}), text('Done.')])
      const runner = agent({ name: 'a', model, tools: [wait] })
      await using served = await serve(dialect, { agent: runner })
      await using other = await serve(dialect, { agent: runner }, served.sessions)
      const first = await served.post(dialect.ask('c', 'Go'))
      await began
      const response = await fetch(`${other.url}/c/stream`, { method: 'DELETE' })
      expect([response.status, await response.json()]).toEqual([
        409,
        { error: expect.objectContaining({ code: 'post_elsewhere' }) },
      ])
      // The same message there reads the run that goes on, to its end.
      const again = await other.post(dialect.ask('c', 'Go'))
      end()
      expect(await again.text()).toMatch(/"finish","finishReason":"stop"|"RUN_FINISHED".*"success"/)
      expect(await statusesOf([first])).toEqual([200])
      expect(model.requests).toHaveLength(2)
    })
  })

  it('reads each log once, however often a body names its messages', async () => {
    const { clerk } = cashier([text('Hello.'), text('Still here.')])
    await using served = await serve(dialect, { agent: clerk })
    await (await served.post(dialect.ask('c', 'Hi'))).text()
    const session = await served.sessions.open('c')
    const { runId } = session.turns[0]!
    const answer =
      name === 'useChat'
        ? { id: runId, role: 'assistant', parts: [{ type: 'text', text: 'Hello.' }] }
        : { id: `${runId}:text:0`, role: 'assistant', content: 'Hello.' }
    const ask = dialect.ask('c', 'More') as { messages: object[] }
    let loads = 0
    const counted = {
      open: async (id: string) => {
        const opened = await served.sessions.open(id)
        return new Proxy(opened, {
          get: (target, key) => {
            if (key === 'log') loads++
            const value: unknown = Reflect.get(target, key, target)
            return typeof value === 'function' ? value.bind(target) : value
          },
        })
      },
    }
    await using second = await serve(dialect, { agent: clerk, sessions: counted }, served.sessions)
    const response = await second.post({
      ...ask,
      messages: [...Array.from({ length: 400 }, () => answer), ...ask.messages],
    })
    expect(await statusesOf([response])).toEqual([200])
    expect(loads).toBeLessThan(4)
  })

  it('an error of the server is a status without words, and `onError` gets it', async () => {
    const { clerk } = cashier([])
    const line = pipe(stage((value: string) => value, { name: 'echo' })).named('line')
    const cases: [object, number][] = [
      [{ access: () => Promise.reject(new Error('secret at /srv')) }, 500],
      [{ agent: () => Promise.reject(new Error('secret at /srv')) }, 500],
      [
        {
          context: () => {
            throw new TypeError('secret at /srv')
          },
        },
        500,
      ],
      [{ agent: line, inputOf: () => () => 'no JSON' }, 500],
    ]
    for (const [options, status] of cases) {
      await using served = await serve(dialect, { agent: clerk, ...options })
      const response = await served.post(dialect.ask('c', 'Hi'))
      expect([response.status, await response.text()]).toEqual([status, expect.not.stringContaining('secret')])
      expect(served.errors.map(String)).toEqual([
        expect.stringMatching(/secret at \/srv|The input of a pipeline is recorded/),
      ])
    }
  })

  it('a function that throws while the response streams is reported, and the run goes on to its end', async () => {
    const { clerk, ran } = cashier([call('look', { order: 7 }), call('look', { order: 8 }), text('Done.')])
    await using runner = await serve(dialect, { agent: clerk, ...throwing })
    const first = await (await runner.post(dialect.ask('c', 'Hi'))).text()
    expect((await runner.sessions.open('c')).status).toBe('done')
    expect(ran).toEqual(['look 7', 'look 8'])
    await using reader = await serve(dialect, { agent: clerk, ...throwing }, runner.sessions)
    const again = await (await fetch(`${reader.url}/c/stream`)).text()
    expect([first, again]).toEqual([expect.stringContaining('interrupted'), expect.stringContaining('interrupted')])
    expect([...runner.errors, ...reader.errors].map(String)).toEqual(['Error: at /srv', 'Error: at /srv'])
  })

  it('a function that throws where another process runs the chat ends the response, not the server', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const { clerk } = cashier([call('look', { order: 7 }), () => answered.then(() => text('Done.'))])
    await using runner = await serve(dialect, { agent: clerk })
    const first = await runner.post(dialect.ask('c', 'Hi'))
    await using reader = await serve(dialect, { agent: clerk, ...throwing }, runner.sessions)
    const response = await fetch(`${reader.url}/c/stream`)
    answer()
    expect(await response.text()).toContain('interrupted')
    expect(reader.errors.map(String)).toEqual(['Error: at /srv'])
    expect(await first.text()).toContain('Done')
  })
})

const throwing = {
  toolOutput: () => {
    throw new Error('at /srv')
  },
}

const post = (body: object): Request =>
  new Request('http://a.example/api/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
