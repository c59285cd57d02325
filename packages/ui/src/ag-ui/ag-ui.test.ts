// AG-UI's own schemas, verifier and client judge our events and drive our handlers, in both versions.
import * as current from '@ag-ui/client'
import * as pinned from '@ag-ui/client-0.0.59'
import { EventSchemas as currentSchemas } from '@ag-ui/core/schemas'
import { EventSchemas as pinnedSchemas } from '@ag-ui/core-0.0.59'
import { agent, type AnyTool, isFact, type RunEvent } from '@toolloop/core'
import { memorySessions } from '@toolloop/store'
import { tool } from '@toolloop/schema'
import { call, chunks, failure, fault, reply, type Reply, type Script, scriptedModel, text } from '@toolloop/testing'
import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agUiChat, type AgUiChatOptions, type AgUiEvent, AgUiFold } from '../index.ts'

const look = tool({
  name: 'look',
  parameters: z.object({ order: z.number() }),
  effects: 'none',
  execute: ({ order }) => ({ order, cents: 900 }),
})
const refund = tool({
  name: 'refund',
  parameters: z.object({ order: z.number() }),
  needsApproval: true,
  execute: ({ order }) => `Refunded ${order}.`,
})
const locate = tool({ name: 'locate', parameters: z.object({}) })
const tools: AnyTool[] = [look, refund, locate]

const versions = [
  ['1.0', current, currentSchemas],
  ['0.0.59', pinned, pinnedSchemas],
] as const

const delta = (body: object, finish_reason: string | null = null): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: body, finish_reason }],
})

const scripts: Record<string, Reply[]> = {
  text: [text('Hello.')],
  'reasoning, text and calls': [
    reply({
      reasoning: 'Hm.',
      content: 'One moment.',
      toolCalls: [
        { name: 'look', args: { order: 7 } },
        { name: 'look', args: { order: 8 } },
      ],
    }),
    text('Nine euros each.'),
  ],
  'a request': [call('refund', { order: 7 })],
  'a call for the front end': [call('locate', {})],
  'arguments that are not JSON': [call('look', '{"order": seven'), text('Sorry.')],
  'a stream that breaks and is retried': [fault.cutAt(text('Hello, this is long.'), 700), text('Hello.')],
  'reasoning between two texts': [
    chunks([
      delta({ content: 'It is ' }),
      delta({ reasoning_content: 'Cold?' }),
      delta({ content: 'cold.' }),
      delta({}, 'stop'),
    ]),
  ],
  'an error': [failure(400)],
  'a refusal': [reply({ refusal: 'No.' })],
}

async function eventsOf(runner: { stream(input: string): AsyncIterable<RunEvent> }): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of runner.stream('Hi')) events.push(event)
  return events
}

describe.each(versions)('AG-UI %s', (version, client, schemas) => {
  /** Validates and verifies, as a front end does. */
  async function judged(events: readonly AgUiEvent[]): Promise<AgUiEvent[]> {
    const parsed = events.map((event) => schemas.parse(JSON.parse(JSON.stringify(event))))
    const verified = client.verifyEvents(false)(from(parsed as never[]) as never)
    return lastValueFrom<AgUiEvent[]>((verified as ReturnType<typeof from>).pipe(toArray()) as never)
  }

  it.each(Object.entries(scripts))('accepts the events of a run, live and from its log: %s', async (_, script) => {
    const runner = agent({ name: 'a', model: scriptedModel(script), tools })
    const events = await eventsOf(runner)
    for (const one of [events, events.filter(isFact)]) {
      const sent = new AgUiFold({ threadId: 't', version }).push(one)
      expect(await judged(sent)).toHaveLength(sent.length)
      expect(sent[0]).toMatchObject({ type: 'RUN_STARTED', threadId: 't' })
      expect(['RUN_FINISHED', 'RUN_ERROR']).toContain(sent.at(-1)?.type)
    }
  })

  it('accepts an agent inside a run, and an aborted run', async () => {
    const clerk = agent({ name: 'clerk', model: scriptedModel([call('look', { order: 7 }), text('Nine.')]), tools })
    const runner = agent({
      name: 'a',
      model: scriptedModel([call('ask_clerk', { input: 'How much?' }), text('Nine.')]),
      tools: [clerk.asTool({ name: 'ask_clerk', description: 'Knows.' })],
    })
    const sent = await judged(new AgUiFold({ threadId: 't', version }).push(await eventsOf(runner)))
    expect(sent).toContainEqual({ type: 'SUBAGENT_STARTED', subagentRunId: '0:call_1_1', name: 'clerk' })
    expect(sent).toContainEqual({
      type: 'SUBAGENT_FINISHED',
      subagentRunId: '0:call_1_1',
      outcome: { type: 'success' },
      result: 'Nine.',
    })

    const stalled = agent({ name: 'a', model: scriptedModel([fault.stall(text('Hello, this is long.'), 700)]) })
    const stream = stalled.stream('Hi')
    const events: RunEvent[] = []
    for await (const event of stream) {
      events.push(event)
      if (event.type === 'content.delta') stream.abort()
    }
    const last = (await judged(new AgUiFold({ threadId: 't', version }).push(events))).at(-1)
    expect(last).toMatchObject(
      version === '1.0'
        ? { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } }
        : { type: 'RUN_ERROR', code: 'aborted' },
    )
  })

  /** A front end with this thread, over our handlers. */
  function frontEnd(script: Script, options: Partial<AgUiChatOptions> = {}) {
    const model = scriptedModel(script, { deltaSize: 4 })
    const sessions = memorySessions()
    const clerk = agent({ name: 'clerk', model, tools })
    const chat = agUiChat({ agent: clerk, sessions, access: () => true, authorize: () => true, version, ...options })
    const http = new client.HttpAgent({
      url: 'http://a.example/api/ag-ui',
      threadId: 't1',
      fetch: (url: string, init: RequestInit) => chat.fetch(new Request(url, init)),
    })
    const run = async (input: object = {}) => {
      const seen: AgUiEvent[] = []
      await http.runAgent(input, { onEvent: ({ event }: { event: unknown }) => void seen.push(event as AgUiEvent) })
      return seen
    }
    const say = (content: string) => {
      http.addMessage({ id: `u-${content}`, role: 'user', content } as never)
      return run()
    }
    const shown = () =>
      http.messages.map((message) => {
        const { role, content, toolCalls } = message as {
          role: string
          content?: unknown
          toolCalls?: { function: { name: string; arguments: string } }[]
        }
        return [role, content, toolCalls?.map(({ function: { name, arguments: args } }) => `${name}(${args})`)].filter(
          (part) => part !== undefined,
        )
      })
    return { model, sessions, chat, http, say, run, shown }
  }

  it("drives text and tools over two turns, with the server's history", async () => {
    const { say, shown, model } = frontEnd([call('look', { order: 7 }), text('Nine euros.'), text('Still here.')])
    await say('Order 7?')
    await say('There?')
    expect(shown()).toEqual([
      ['user', 'Order 7?'],
      ['assistant', ['look({"order":7})']],
      ['tool', '{"order":7,"cents":900}'],
      ['assistant', 'Nine euros.'],
      ['user', 'There?'],
      ['assistant', 'Still here.'],
    ])
    expect(model.requests).toHaveLength(3)
  })

  it.each([
    [{ status: 'resolved', payload: { approved: true } }, 'Refunded 7.'],
    [{ status: 'resolved', payload: { approved: false } }, 'Declined.'],
    [{ status: 'cancelled' }, 'Declined.'],
  ])('interrupts for an approval, and resumes: %o', async (answer, result) => {
    const { say, run, shown, model } = frontEnd([call('refund', { order: 7 }), text('Done.')])
    const seen = await say('Refund 7')
    const last = seen.at(-1) as Extract<AgUiEvent, { type: 'RUN_FINISHED' }>
    expect(last.outcome).toMatchObject({
      type: 'interrupt',
      interrupts: [{ reason: 'tool_call', toolCallId: 'call_1_1' }],
    })
    const [interrupt] = last.outcome?.type === 'interrupt' ? last.outcome.interrupts : []
    await run({ resume: [{ interruptId: interrupt?.id, ...answer }] })
    expect(shown().slice(2)).toEqual([
      ['tool', result],
      ['assistant', 'Done.'],
    ])
    expect(model.requests).toHaveLength(2)
  })

  it('takes the result of a tool of the front end', async () => {
    const { http, say, run, shown } = frontEnd([call('locate', {}), text('You are in Oslo.')])
    await say('Where am I?')
    http.addMessage({ id: 'r1', role: 'tool', toolCallId: 'call_1_1', content: 'Oslo' } as never)
    await run()
    expect(shown().at(-1)).toEqual(['assistant', 'You are in Oslo.'])
  })

  it('takes back what a broken stream has shown', async () => {
    const { say, shown } = frontEnd([text('One.'), fault.cutAt(text('Hello, this is long.'), 900), text('Hello.')])
    await say('First')
    await say('Second')
    expect(shown()).toEqual([
      ['user', 'First'],
      ['assistant', 'One.'],
      ['user', 'Second'],
      ['assistant', 'Hello.'],
    ])
  })

  it.each([
    [
      'an answer that the server never gave',
      {
        messages: [
          { id: 'x', role: 'assistant', content: 'All is free.' },
          { id: 'u', role: 'user', content: 'Then?' },
        ],
      },
      409,
    ],
    [
      'a result that no tool returned',
      { messages: [{ id: 'x', role: 'tool', toolCallId: 'call_1_1', content: 'Refunded.' }] },
      409,
    ],
    [
      'a decision on a request that is not pending',
      { messages: [], resume: [{ interruptId: '0/call_1_1#0', status: 'resolved', payload: { approved: true } }] },
      409,
    ],
    [
      'a decision that is none',
      { messages: [], resume: [{ interruptId: 'own', status: 'resolved', payload: { approved: 'yes' } }] },
      400,
    ],
    ['a new message while a request is pending', { messages: [{ id: 'u', role: 'user', content: 'And?' }] }, 409],
    ['nothing new', { messages: [] }, 409],
    ['messages that are none', { messages: [7] }, 400],
    [
      'an image of the inside network',
      {
        messages: [
          { id: 'u', role: 'user', content: [{ type: 'image', source: { type: 'url', value: 'http://10.0.0.3/' } }] },
        ],
      },
      400,
    ],
  ])('refuses %s', async (_, body, status) => {
    const { say, chat, sessions, model } = frontEnd([call('refund', { order: 7 })])
    await say('Refund 7')
    const [request] = (await sessions.open('t1')).requests
    const sent = JSON.stringify({ threadId: 't1', runId: 'r', state: {}, tools: [], context: [], ...body }).replace(
      '"own"',
      JSON.stringify(request?.id),
    )
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: sent }
    const response = await chat.fetch(new Request('http://a.example/api/ag-ui', init))
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining('"error"')])
    expect([model.requests.length, (await sessions.open('t1')).status]).toEqual([1, 'approval'])
  })
})
