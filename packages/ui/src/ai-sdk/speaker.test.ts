// Agents of a pipeline that speak in the message: live, from the log, and for a client that was cut off.
import * as current from '@ag-ui/client'
import * as pinned from '@ag-ui/client-0.0.59'
import { agent, isFact, type RunEvent } from '@toolloop/core'
import { gate, parallel, pipe, retry, stage } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { memorySessions } from '@toolloop/store'
import { call, chunks, fault, reply, type Script, scriptedModel, text } from '@toolloop/testing'
import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AgUiFold, uiChat, UiFold } from '../index.ts'
import { post, userMessage } from '../test/desk.ts'
import { chunksOf, framesOf } from '../test/frames.ts'
import { folded } from '../test/judge.ts'

const look = tool({ name: 'look', parameters: z.object({}), effects: 'none', execute: () => 'found' })
const speaker = (name: string, script: Script, more: object = {}) =>
  agent({ name, model: scriptedModel(script, { deltaSize: 4 }), ...more })
const writer = (script: Script = [text('A draft on tides.')], more: object = {}) => speaker('writer', script, more)
const topic = stage((said: string) => said.toLowerCase(), { name: 'topic' })
const loud = stage((draft: string) => draft.toUpperCase(), { name: 'loud' })
const delta = (body: object, finish_reason: string | null = null): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: body, finish_reason }],
})

type Runner = { stream(input: string): AsyncIterable<RunEvent> }
const cases: Record<string, [() => Runner, string[]]> = {
  'the last agent gives the answer': [
    () => pipe(topic, writer()).named('news'),
    ['data-stage', 'data-stage', 'data-agent', 'step-start', 'text A draft on tides.'],
  ],
  'two agents, one after the other': [
    () => pipe(writer(), speaker('editor', [text('Tides, shorter.')])).named('news'),
    [
      'data-stage',
      'data-agent',
      'step-start',
      'text A draft on tides.',
      'data-stage',
      'data-agent',
      'step-start',
      'text Tides, shorter.',
    ],
  ],
  'an answer that is another text': [
    () => pipe(writer(), loud).named('news'),
    ['data-stage', 'data-agent', 'step-start', 'text A draft on tides.', 'data-stage', 'text A DRAFT ON TIDES.'],
  ],
  'an agent that does not speak': [
    () => pipe(topic, speaker('silent', [text('A draft.')])).named('news'),
    ['data-stage', 'data-stage', 'data-agent', 'text A draft.'],
  ],
  'calls between texts': [
    () =>
      pipe(
        writer(
          [
            reply({ reasoning: 'Hm.', content: 'One moment.', toolCalls: [{ name: 'look', args: {} }] }),
            text('Found.'),
          ],
          {
            tools: [look],
          },
        ),
      ).named('news'),
    ['data-stage', 'data-agent', 'step-start', 'reasoning Hm.', 'text One moment.', 'step-start', 'text Found.'],
  ],
  'a stream that breaks and is retried': [
    () => pipe(topic, writer([fault.cutAt(text('Hello, this is long.'), 700), text('Hello.')])).named('news'),
    ['data-stage', 'data-stage', 'data-agent', 'step-start', 'text Hello.'],
  ],
  'reasoning between two texts': [
    () =>
      pipe(
        writer([
          chunks([
            delta({ content: 'It is ' }),
            delta({ reasoning_content: 'Cold?' }),
            delta({ content: 'cold.' }),
            delta({}, 'stop'),
          ]),
        ]),
      ).named('news'),
    ['data-stage', 'data-agent', 'step-start', 'reasoning Cold?', 'text It is cold.'],
  ],
  'a typed answer': [
    () => pipe(writer([text('{ "words": 3 }')], { output: z.object({ words: z.number() }) })).named('news'),
    ['data-stage', 'data-agent', 'step-start', 'text { "words": 3 }'],
  ],
  'a gate behind the agent': [
    () => pipe(writer(), gate(loud)).named('news'),
    ['data-stage', 'data-agent', 'step-start', 'text A draft on tides.', 'tool-loud'],
  ],
  'a stage that is retried': [
    () => {
      let rounds = 0
      const picky = stage(
        (draft: string) => {
          if (rounds++ === 0) throw new Error('too long')
          return draft
        },
        { name: 'picky' },
      )
      return pipe(retry(pipe(writer([text('Long.'), text('Short.')]), picky).named('both'), { times: 2 })).named('news')
    },
    [],
  ],
  'agents side by side, of which one speaks at a time': [
    () =>
      pipe(
        parallel({ a: writer(), b: speaker('writer2', [text('Two drafts on tides, longer.')]) }),
        stage(() => 'Both.', { name: 'join' }),
      ).named('news'),
    [],
  ],
}

const speaks = (path: string): boolean => !path.includes('silent')

const lines = (message: { parts: readonly object[] } | undefined): string[] =>
  (message?.parts ?? []).map((part) => {
    const { type, text: said } = part as { type: string; text?: string }
    return said === undefined ? type : `${type} ${said}`
  })

const withoutMs = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (key, one: unknown) => (key === 'ms' ? 0 : one)))

async function eventsOf(runner: Runner): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of runner.stream('Hi')) if ((event.type as string) !== 'listener.error') events.push(event)
  return events
}

describe.each(Object.entries(cases))('%s', (_, [runner, shows]) => {
  it('folds to the same message live and from the log', async () => {
    const events = await eventsOf(runner())
    const { message, errors } = await folded(new UiFold({ speaks }).push(events))
    const logged = await folded(new UiFold({ speaks }).push(events.filter(isFact)))
    expect(errors).toEqual([])
    if (shows.length > 0) expect(lines(message)).toEqual(shows)
    expect(withoutMs(logged.message)).toEqual(withoutMs(message))
  })

  it.each([
    ['1.0', current],
    ['0.0.59', pinned],
  ] as const)('is accepted by AG-UI %s, with the same messages live and from the log', async (version, client) => {
    const events = await eventsOf(runner())
    const lists = []
    for (const one of [events, events.filter(isFact)]) {
      const fold = new AgUiFold({ threadId: 't', version, speaks })
      const sent = fold.push(one)
      const verified = client.verifyEvents(false)(from(JSON.parse(JSON.stringify(sent)) as never[]) as never)
      expect(await lastValueFrom((verified as ReturnType<typeof from>).pipe(toArray()))).toHaveLength(sent.length)
      lists.push(fold.messages.map(({ role, content }) => [role, content]))
    }
    expect(lists[1]).toEqual(lists[0])
    expect(new Set(lists[0]?.map(([, content]) => content)).size).toBe(lists[0]?.length)
  })
})

it('streams as it is written, and a client that was cut off at every chunk reads the same message', async () => {
  const body = { id: 'c1', messages: [userMessage('Tides')] }
  const started = () => {
    const sessions = memorySessions()
    return uiChat({ agent: pipe(topic, writer()).named('news'), sessions, access: () => true, speaks })
  }
  const frames = await framesOf(await started().fetch(post(body)))
  expect(frames.filter(({ chunk }) => chunk.type === 'text-delta').length).toBeGreaterThan(2)
  const { message } = await folded(chunksOf(frames))
  for (let cut = 1; cut <= frames.length; cut++) {
    const chat = started()
    await framesOf(await chat.fetch(post(body)), cut)
    const after = await framesOf(await chat.fetch(new Request('http://a.example/api/chat/c1/stream')))
    expect(withoutMs((await folded(chunksOf(after))).message)).toEqual(withoutMs(message))
    expect(withoutMs((await chat.messages('c1'))[1])).toEqual(withoutMs(message))
  }
  // The page posts it back with the next message: it is what the server gave.
  const chat = started()
  await framesOf(await chat.fetch(post(body)))
  const more = { id: 'c1', messages: [...body.messages, ...(await chat.messages('c1')).slice(1), userMessage('More')] }
  expect((await chat.fetch(post(more))).status).toBe(200)
})

it('a call of an agent that speaks is no part of the message', async () => {
  const events = await eventsOf(pipe(writer([call('look', {}), text('Found.')], { tools: [look] })).named('news'))
  const parts = new UiFold({ speaks }).push(events)
  expect(parts.filter((part) => part.type.startsWith('tool-'))).toEqual([])
})
