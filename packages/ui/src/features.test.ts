// What else happens in a run, seen through both protocols: the peers' schemas, readers and verifiers are the judges.
import * as current from '@ag-ui/client'
import * as pinned from '@ag-ui/client-0.0.59'
import { EventSchemas as currentSchemas } from '@ag-ui/core/schemas'
import { EventSchemas as pinnedSchemas } from '@ag-ui/core-0.0.59'
import { agent, fallback, guardrail, isFact, keepLast, type Middleware, retry, type RunEvent } from '@toolloop/core'
import { branch, gate, map, parallel, pipe, stage } from '@toolloop/pipeline'
import { tool } from '@toolloop/schema'
import { call, calls, failure, fault, scriptedModel, text } from '@toolloop/testing'
import { isToolUIPart, type UIMessage } from 'ai'
import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AgUiFold, UiFold } from './index.ts'
import { folded } from './test/judge.ts'

const look = tool({
  name: 'look',
  parameters: z.object({ order: z.number() }),
  effects: 'none',
  execute: ({ order }) => ({ order }),
})
const late = tool({ name: 'late', parameters: z.object({}), execute: () => 'late result' })
const answers = [call('look', { order: 7 }), text('Nine euros.')]
const hidden: Middleware = {
  name: 'hidden',
  tool: async (_, next) => {
    await next()
    return 'hidden'
  },
}
const refunds = agent({
  name: 'refunds',
  model: scriptedModel([call('look', { order: 7 }), text('Refunded.')]),
  tools: [look],
})
const toRefunds = scriptedModel(({ tools = [] }) =>
  call(tools[0]?.type === 'function' ? tools[0].function.name : '', {}),
)
const length = stage((said: string) => said.length, { name: 'length' })

type Runner = { stream(input: string): AsyncIterable<RunEvent> }
const cases: Record<string, { runner: () => Runner; shows: string[]; status: string }> = {
  'a middleware that retries the model': {
    runner: () => agent({ name: 'a', model: scriptedModel([failure(503), text('Hello.')]), middleware: [retry()] }),
    shows: ['step', 'text Hello.'],
    status: 'done',
  },
  'a middleware that changes what tools return': {
    runner: () => agent({ name: 'a', model: scriptedModel(answers), tools: [look], middleware: [hidden] }),
    shows: ['step', 'look "hidden"', 'step', 'text Nine euros.'],
    status: 'done',
  },
  'a guardrail that trips on the input': {
    runner: () =>
      agent({
        name: 'a',
        model: scriptedModel(answers),
        tools: [look],
        guardrails: [guardrail({ on: 'input', name: 'no', check: () => ({ trip: 'Secret reason.' }) })],
      }),
    shows: [],
    status: 'tripped',
  },
  'a guardrail that trips on the output before it is shown': {
    runner: () =>
      agent({
        name: 'a',
        model: scriptedModel([text('Secret answer.')]),
        guardrails: [
          guardrail({ on: 'output', name: 'no', mode: 'blocking', check: () => ({ trip: 'Secret reason.' }) }),
        ],
      }),
    shows: ['step'],
    status: 'tripped',
  },
  'a guardrail that rejects a call': {
    runner: () =>
      agent({
        name: 'a',
        model: scriptedModel(answers),
        tools: [look],
        guardrails: [guardrail({ on: 'toolCall', name: 'no', check: () => ({ reject: 'Not this order.' }) })],
      }),
    shows: ['step', 'look output-error', 'step', 'text Nine euros.'],
    status: 'done',
  },
  'a compaction': {
    runner: () =>
      agent({
        name: 'a',
        model: scriptedModel([call('look', { order: 7 }), call('look', { order: 8 }), text('Nine euros.')]),
        tools: [look],
        compact: keepLast(1, { over: 2 }),
      }),
    shows: ['step', 'look {"order":7}', 'step', 'look {"order":8}', 'step', 'text Nine euros.'],
    status: 'done',
  },
  'a handoff': {
    runner: () => agent({ name: 'triage', model: toRefunds, handoffs: [refunds] }),
    shows: [
      'step',
      'transfer_to_refunds "Handed over to `refunds`."',
      'data-handoff',
      'step',
      'look {"order":7}',
      'step',
      'text Refunded.',
    ],
    status: 'done',
  },
  'a tool that was added during the run': {
    runner: () =>
      agent({
        name: 'a',
        model: scriptedModel([call('look', { order: 7 }), call('late', {}), text('Nine euros.')]),
        tools: [look],
        prepareStep: ({ step }) => ({ addTools: step > 0 ? [late] : [] }),
      }),
    shows: ['step', 'look {"order":7}', 'step', 'late "late result"', 'step', 'text Nine euros.'],
    status: 'done',
  },
  'a fallback behind an answer that breaks off': {
    runner: () =>
      agent({
        name: 'a',
        model: fallback([
          { ...scriptedModel([fault.cutAt(text('Hello, this is long.'), 700)]), name: 'first' },
          scriptedModel([text('Hello.')]),
        ]),
      }),
    shows: ['step', 'text Hello.'],
    status: 'done',
  },
  'a budget that is spent': {
    runner: () => agent({ name: 'a', model: scriptedModel(answers), tools: [look], budget: { toolCalls: 0 } }),
    shows: ['step', 'look output-error'],
    status: 'budget',
  },
  'a model that circles': {
    runner: () => agent({ name: 'a', model: scriptedModel(() => call('look', { order: 7 })), tools: [look] }),
    shows: Array.from({ length: 5 }, () => ['step', 'look {"order":7}']).flat(),
    status: 'limit',
  },
  'two calls, of which one fails': {
    runner: () =>
      agent({
        name: 'a',
        model: scriptedModel([
          calls([
            { name: 'look', args: { order: 7 }, id: 'c1' },
            { name: 'none', args: {}, id: 'c2' },
          ]),
          text('Nine euros.'),
        ]),
        tools: [look],
      }),
    shows: ['step', 'look {"order":7}', 'none output-error', 'step', 'text Nine euros.'],
    status: 'done',
  },
  'a pipeline of agents side by side': {
    runner: () => {
      const one = (name: string) => agent({ name, model: scriptedModel(answers), tools: [look] })
      return pipe(
        parallel({ one: one('one'), two: one('two') }),
        stage((all: object) => all, { name: 'join' }),
      ).named('both')
    },
    shows: [
      'data-stage',
      'data-stage',
      'data-agent',
      'data-agent',
      'data-stage',
      'text {"one":"Nine euros.","two":"Nine euros."}',
    ],
    status: 'done',
  },
  'a pipeline with a branch and a map': {
    runner: () =>
      pipe(
        branch((said: string) => (said.length > 1 ? 'long' : 'short'), {
          long: stage((said: string) => [...said], { name: 'letters' }),
          short: stage(() => ['x'], { name: 'x' }),
        }),
        map(length),
      ).named('letters'),
    shows: ['data-stage', 'data-stage', 'text [1,1]'],
    status: 'done',
  },
  'a pipeline that waits at a gate': {
    runner: () => pipe(length, gate(stage((value: number) => value, { name: 'pay' }))).named('paying'),
    shows: ['data-stage', 'pay approval-requested'],
    status: 'approval',
  },
  'a pipeline that fails': {
    runner: () =>
      pipe(
        stage(
          (): string => {
            throw new Error('Secret at 10.0.0.3')
          },
          { name: 'broken' },
        ),
        length,
      ).named('failing'),
    shows: ['data-stage'],
    status: 'error',
  },
}

const linesOf = (message: UIMessage | undefined): string[] =>
  (message?.parts ?? []).map((part) => {
    if (part.type === 'step-start') return 'step'
    if (part.type === 'text') return `text ${part.text}`
    if (!isToolUIPart(part)) return part.type
    const name = part.type.slice('tool-'.length)
    return part.state === 'output-available' ? `${name} ${JSON.stringify(part.output)}` : `${name} ${part.state}`
  })

const withoutTime = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (key, one: unknown) => (key === 'ms' ? 0 : one)))

async function eventsOf(runner: Runner): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of runner.stream('Hi')) if ((event.type as string) !== 'listener.error') events.push(event)
  return events
}

const versions = [
  ['1.0', current, currentSchemas],
  ['0.0.59', pinned, pinnedSchemas],
] as const

describe.each(Object.entries(cases))('%s', (_, { runner, shows, status }) => {
  it('folds to the same message live and from the log, in the AI SDK', async () => {
    const events = await eventsOf(runner())
    const parts = new UiFold().push(events)
    const { message, errors } = await folded(parts)
    expect(errors).toEqual(status === 'error' ? [expect.any(String)] : [])
    expect(message?.metadata).toMatchObject({ status })
    expect(linesOf(message)).toEqual(shows)
    expect(JSON.stringify(parts)).not.toContain('Secret')
    const logged = await folded(new UiFold().push(events.filter(isFact)))
    expect(withoutTime(logged.message)).toEqual(withoutTime(message))
  })

  it.each(versions)('is accepted by AG-UI %s, live and from the log', async (version, client, schemas) => {
    const events = await eventsOf(runner())
    for (const one of [events, events.filter(isFact)]) {
      const sent = new AgUiFold({ threadId: 't', version }).push(one)
      const parsed = sent.map((event) => schemas.parse(JSON.parse(JSON.stringify(event))))
      const verified = client.verifyEvents(false)(from(parsed as never[]) as never)
      const all = await lastValueFrom((verified as ReturnType<typeof from>).pipe(toArray()))
      expect(all).toHaveLength(sent.length)
      expect([sent[0]?.type, ['RUN_FINISHED', 'RUN_ERROR'].includes(sent.at(-1)?.type ?? '')]).toEqual([
        'RUN_STARTED',
        true,
      ])
      expect(JSON.stringify(sent)).not.toContain('Secret')
    }
  })
})
