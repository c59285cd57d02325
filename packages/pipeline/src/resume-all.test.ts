// Every kind of stage in one pipeline, with a map of 20 and two agents; its process dies behind every fact.
import { agent, type Fact, memoryLog, type MemoryLog } from '@toolloop/core'
import { lastText, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  branch,
  fallback,
  gate,
  loopUntil,
  map,
  parallel,
  pipe,
  race,
  reduce,
  retry,
  type StageContext,
  tap,
} from './index.ts'

/** How often each function ran, by its idempotency key. */
const effects = new Map<string, number>()
const count = ({ idempotencyKey }: StageContext): void =>
  void effects.set(idempotencyKey, (effects.get(idempotencyKey) ?? 0) + 1)

const list = (n: number, call: StageContext) => (count(call), Array.from({ length: n }, (_, at) => at))
const flaky = (item: number, call: StageContext) => {
  count(call)
  if (item % 3 === 0 && !call.error) throw new Error('busy')
  return item * 2
}
const sum = ({ total, item }: { total: number; item: number; index: number }, call: StageContext) => (
  count(call),
  total + item
)
const breaks = (_: number, call: StageContext): number => {
  count(call)
  throw new Error('broken')
}
const half = (n: number, call: StageContext) => (count(call), n / 2)
const never = (_: unknown, { signal }: StageContext) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
const quick = (n: number, call: StageContext) => (count(call), `Draft ${n}`)
const note = (_: string, call: StageContext) => count(call)
const writer = agent({ name: 'writer', model: scriptedModel((asked) => text(`${lastText(asked)}!`)) })
const judge = agent({
  name: 'judge',
  model: scriptedModel((asked) => text(JSON.stringify({ done: lastText(asked).endsWith('!!!') }))),
  output: z.object({ done: z.boolean() }),
})
const publish = ({ output }: { output: string }, call: StageContext) => (count(call), `Published: ${output}`)
const kind = (words: string, call: StageContext): 'long' | 'short' => (count(call), words.length > 5 ? 'long' : 'short')
const length = (words: string, call: StageContext) => (count(call), words.length)

const whole = pipe(
  list,
  map(retry(flaky, { times: 2, backoff: 0 }), { concurrency: 4 }),
  reduce(sum, 0),
  fallback(breaks, half),
  race(never, quick),
  tap(note),
  loopUntil(writer, judge, { max: 5 }),
  gate(publish),
  parallel({ kind: branch(kind, { long: length, short: () => 0 }), same: (words: string) => words }),
).named('whole')

const saved = (log: MemoryLog, size = log.facts.length): MemoryLog =>
  memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, size))) as Fact[])

/** Runs to the end: a person approves what the run waits for. */
async function toEnd(log: MemoryLog) {
  let result =
    log.facts.length === 0 ? await whole.run(20, { log, runId: 'r' }) : await whole.run(undefined, { from: log })
  const waited = result.status === 'approval'
  if (result.status === 'approval') {
    const decisions = Object.fromEntries(result.requests.map(({ id }) => [id, { approve: true } as const]))
    result = await whole.run(undefined, { from: saved(log), decisions })
  }
  return { result, waited }
}

/** What each stage came to; the loser of the race may not have begun. */
const stagesOf = ({ stages }: { stages: Readonly<Record<string, { status: string; output?: unknown }>> }) =>
  Object.fromEntries(
    Object.entries(stages).flatMap(([path, { status, output }]) =>
      path === 'race/never' ? [] : [[path, { status, output }]],
    ),
  )

describe('a pipeline with every kind of stage', () => {
  it('resumes behind every fact with the same results, and runs nothing again that is done', async () => {
    const log = memoryLog()
    const first = await whole.run(20, { log, runId: 'r', approver: () => ({ approve: true }) })
    expect(first).toMatchObject({ status: 'done', output: { kind: 23, same: 'Published: Draft 190!!!' } })
    expect(first.stages['loop#3']).toMatchObject({ status: 'done' })
    expect(Object.keys(first.stages).filter((path) => /^flaky\[\d+\]#2$/.test(path))).toHaveLength(7)
    let pauses = 0
    for (let size = 1; size <= log.facts.length; size++) {
      const from = saved(log, size)
      const isDone = from.facts.flatMap((fact) => (fact.type === 'stage.done' ? [`r/${fact.stage}`] : []))
      const isAnswered = from.facts.flatMap(({ type, path }) => (type === 'step.done' ? [path] : []))
      effects.clear()
      const { result, waited } = await toEnd(from)
      if (waited) pauses++
      expect(result).toMatchObject({ status: 'done', output: first.status === 'done' && first.output })
      expect(stagesOf(result)).toEqual(stagesOf(first))
      expect([...effects.keys()].filter((key) => isDone.includes(key))).toEqual([])
      expect([...effects.values()].filter((times) => times > 1)).toEqual([])
      const answered = from.facts.flatMap(({ type, path }) => (type === 'step.done' ? [path] : []))
      expect(answered.slice(0, isAnswered.length)).toEqual(isAnswered)
      expect(new Set(answered).size).toBe(answered.length)
      expect(result.usage.reported).toEqual(first.usage.reported)
    }
    expect(pauses).toBeGreaterThan(log.facts.length / 2)
  }, 60_000)

  it('has the same results after an abort behind every fact', async () => {
    const log = memoryLog()
    const first = await whole.run(20, { log, runId: 'r', approver: () => ({ approve: true }) })
    for (let size = 1; size < log.facts.length; size += 3) {
      const aborted = memoryLog()
      effects.clear()
      const stream = whole.stream(20, { log: aborted, runId: 'r', approver: () => ({ approve: true }) })
      for await (const event of stream) if ('seq' in event && event.seq === size) stream.abort('enough')
      const { status } = await stream.result
      const isDone = aborted.facts.flatMap((fact) => (fact.type === 'stage.done' ? [`r/${fact.stage}`] : []))
      if (status === 'done') continue
      expect(status).toBe('aborted')
      effects.clear()
      const { result } = await toEnd(saved(aborted))
      expect(result).toMatchObject({ status: 'done', output: first.status === 'done' && first.output })
      expect([...effects.keys()].filter((key) => isDone.includes(key))).toEqual([])
      expect([...effects.values()].filter((times) => times > 1)).toEqual([])
    }
  }, 60_000)
})
