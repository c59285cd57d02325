import { agent, memoryLog, outputOf, RunError, type RunStream } from '@toolloop/core'
import { scriptedModel, text as answer } from '@toolloop/testing'
import { ToolloopError, UsageError } from '@toolloop/wire'
import { describe, expect, it } from 'vitest'
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
  StageError,
  stage,
  tap,
} from './index.ts'

const double = (n: number) => n * 2
const text = (n: number) => `${n}`
const boom = (): never => {
  throw new Error('boom')
}
const paths = (result: { stages: Readonly<Record<string, unknown>> }) =>
  Object.keys(result.stages).filter((path) => path !== '')
const hang = (_input: unknown, { signal }: StageContext): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

type GateStream = Pick<RunStream, 'approve' | 'answer' | 'reject'>

describe('a pipeline', () => {
  it('pipes outputs from stage to stage', async () => {
    const result = await pipe(double, text, (t: string) => t.length).run(21)
    expect(result).toMatchObject({ status: 'done', output: 2, cost: 0 })
    expect(paths(result)).toEqual(['double', 'text', 'stage-3'])
    expect(result.stages['double']).toMatchObject({ status: 'done', output: 42 })
  })

  it('runs stages side by side, and names their results', async () => {
    const result = await parallel({ a: double, b: text }).run(3)
    expect(result).toMatchObject({ status: 'done', output: { a: 6, b: '3' } })
  })

  it('maps items in order, so many at once', async () => {
    let running = 0
    let most = 0
    const slow = async (n: number): Promise<number> => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, (n % 3) * 2))
      running--
      return n * 2
    }
    const items = Array.from({ length: 20 }, (_, n) => n)
    const result = await map(slow, { concurrency: 4 }).run(items)
    expect(result).toMatchObject({ status: 'done', output: items.map((n) => n * 2) })
    expect(most).toBe(4)
    expect(paths(result)).toContain('[19]')
  })

  it('reads an iterable only as places become free', async () => {
    let read = 0
    let begun = 0
    async function* numbers() {
      for (let n = 0; n < 30; n++) {
        expect(read++ - begun).toBeLessThan(4)
        yield n
      }
    }
    const result = await map((n: number) => (begun++, n), { concurrency: 3 }).run(numbers())
    expect(result).toMatchObject({ status: 'done', output: Array.from({ length: 30 }, (_, n) => n) })
  })

  it.each([
    ['side by side', () => parallel({ a: map(double), b: map(double) }), 'a'],
    ['one after another', () => fallback(map(boom), map(double)), 'boom'],
    ['in two attempts', () => retry(map(boom), { times: 2, backoff: 0 }), '#1'],
  ])('refuses to share the items of a generator between two maps: %s', async (_, make, reader) => {
    const items = function* () {
      yield* [1, 2, 3]
    }
    const stream = async function* () {
      yield* [1, 2, 3]
    }
    for (const input of [items(), stream()]) {
      const result = await make().run(input)
      expect(result.status).toBe('error')
      expect(Object.values(result.stages).map(({ error }) => error?.message)).toContainEqual(
        expect.stringContaining(`Stage \`${reader}\` reads the iterable, which can be read only once.`),
      )
    }
  })

  it('gives all items of an array or a set to each map', async () => {
    const both = parallel({ a: map(double), b: map(text) })
    for (const input of [[1, 2], new Set([1, 2])])
      expect(await both.run(input)).toMatchObject({ output: { a: [2, 4], b: ['1', '2'] } })
  })

  it('gives the outputs in the order of completion where asked', async () => {
    const wait = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms))
    expect(await map(wait, { order: 'completion' }).run([60, 5, 30])).toMatchObject({ output: [5, 30, 60] })
  })

  it('ends at once for no items, and no stages', async () => {
    expect(await pipe(map(double), map(text)).run([])).toMatchObject({ status: 'done', output: [] })
    expect(await map(map(double)).run([[], [1], []])).toMatchObject({ status: 'done', output: [[], [2], []] })
    expect(
      await reduce(({ total, item }: { total: number; item: number; index: number }) => total + item, 0).run([]),
    ).toMatchObject({ output: 0 })
  })

  it('reduces items one after another', async () => {
    const sum = reduce(({ total, item }: { total: number; item: number; index: number }) => total + item, 0)
    expect(await sum.run([1, 2, 3])).toMatchObject({ status: 'done', output: 6 })
    expect(await sum.run(new Set([1, 2, 3]))).toMatchObject({ status: 'done', output: 6 })
  })

  it('branches by the answer of a classifier', async () => {
    const kind = (n: number): 'small' | 'large' => (n < 10 ? 'small' : 'large')
    const one = branch(kind, { small: text, large: double })
    expect(await one.run(3)).toMatchObject({ output: '3' })
    expect(await one.run(30)).toMatchObject({ output: 60 })
    const wrong = branch((n: number) => String(n) as 'small', { small: text })
    expect(await wrong.run(3)).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('"3", for which the branch has no stage') },
    })
  })

  it('retries a stage, which reads the last error', async () => {
    let calls = 0
    const flaky = (n: number, { error }: StageContext) => {
      if (++calls < 3) throw new Error(`no ${calls}`)
      return `${n} after ${error?.message}`
    }
    const result = await retry(flaky, { times: 3, backoff: 1 }).run(1)
    expect(result).toMatchObject({ status: 'done', output: '1 after Stage `#2` failed: no 2' })
    expect(await retry(boom, { times: 2, backoff: 0 }).run(1)).toMatchObject({ status: 'error', error: { path: '#2' } })
    expect(await retry(boom, { times: 9, when: () => false }).run(1)).toMatchObject({
      status: 'error',
      error: { path: '#1' },
    })
  })

  it.each([
    ['an error without `retryable`', () => new Error('busy'), 3],
    ['an error that is retryable', () => new ToolloopError('run', 'busy', { retryable: true }), 3],
    ['an error that is not', () => new ToolloopError('run', 'wrong', { retryable: false }), 1],
    ['a wrong argument', () => new UsageError('wrong'), 1],
  ] satisfies [string, () => Error, number][])('retries by default: %s', async (_, make, attempts) => {
    let calls = 0
    const fails = (): never => {
      calls++
      throw make()
    }
    const result = await retry(fails, { times: 3, backoff: 0 }).run(1)
    expect(result).toMatchObject({ status: 'error', error: { retryable: attempts > 1 } })
    expect(calls).toBe(attempts)
    calls = 0
    await retry(fails, { times: 3, backoff: 0, when: () => true }).run(1)
    expect(calls).toBe(3)
  })

  it('retries what took too long, and answers that were no output; not a person who declines', async () => {
    let calls = 0
    const slow = stage(
      (n: number, { signal }: StageContext) => (++calls < 3 ? hang(n, { signal } as StageContext) : n),
      {
        name: 'slow',
        timeout: 5,
      },
    )
    expect(await retry(slow, { times: 3, backoff: 0 }).run(1)).toMatchObject({ status: 'done', output: 1 })
    const answers = [
      answer('', { finishReason: 'content_filter' }),
      answer('Half', { finishReason: 'length' }),
      answer('Whole.'),
    ]
    const writer = agent({ name: 'writer', model: scriptedModel(answers) })
    expect(await retry(writer, { times: 3, backoff: 0 }).run('go')).toMatchObject({ status: 'done', output: 'Whole.' })
    let requests = 0
    const declined = retry(gate(double), { times: 3, backoff: 0 })
    const approver = () => (requests++, { approve: false, reason: 'no' } as const)
    expect(await declined.run(1, { approver })).toMatchObject({ status: 'error', error: { path: '#1' } })
    expect(requests).toBe(1)
  })

  it('gives its output by `outputOf`, and an error that carries the result', async () => {
    expect(outputOf(await pipe(double, text).run(4))).toBe('8')
    const failed = await pipe(boom).run(1)
    expect(() => outputOf(failed)).toThrow('it ended as `error`: Stage `boom` failed: boom.')
    const paused = await gate(double).run(1)
    expect(() => outputOf(paused)).toThrow(new RunError(paused))
    expect(new RunError(paused).message).toBe('The run has no output: it ended as `approval` of `double`.')
  })

  it('falls back to the next stage, which reads why', async () => {
    const result = await fallback(boom, (n: number, { error }: StageContext) => `${n}: ${error?.message}`).run(1)
    expect(result).toMatchObject({ status: 'done', output: '1: Stage `boom` failed: boom' })
  })

  it('reports as aborted what had begun when another stage failed, and when the run was aborted', async () => {
    const failed = await parallel({ hang, boom }).run(1)
    expect(failed.stages).toMatchObject({ hang: { status: 'aborted' }, boom: { status: 'failed' } })
    const aborted = pipe(double, hang).stream(1)
    for await (const event of aborted) if (event.type === 'stage.start' && event.stage === 'hang') aborted.abort()
    expect((await aborted.result).stages).toMatchObject({ double: { status: 'done' }, hang: { status: 'aborted' } })
  })

  it('takes the first of a race and aborts the others', async () => {
    const result = await race(hang, double, boom).run(1)
    expect(result).toMatchObject({ status: 'done', output: 2 })
    expect(Object.values(result.stages).map(({ status }) => status)).toEqual(['done', 'aborted', 'done', 'failed'])
    expect(await race(boom, boom).run(1)).toMatchObject({ status: 'error' })
  })

  it('loops until the judge accepts, and says when it did not', async () => {
    const longer = (line: string) => `${line}!`
    const judge = (line: string) => ({ done: line.endsWith('!!!') })
    expect(await loopUntil(longer, judge, { max: 5 }).run('hi')).toMatchObject({
      output: { by: 'judge', output: 'hi!!!', rounds: 3 },
    })
    expect(await loopUntil(longer, judge, { max: 2 }).run('hi')).toMatchObject({
      output: { by: 'max', output: 'hi!!', rounds: 2, verdict: { done: false } },
    })
  })

  it('taps without changing what passes', async () => {
    const seen: number[] = []
    expect(
      await pipe(
        double,
        tap((n: number) => void seen.push(n)),
        text,
      ).run(1),
    ).toMatchObject({ output: '2' })
    expect(seen).toEqual([2])
  })

  it('pauses at a gate, and goes on with a decision', async () => {
    const log = memoryLog()
    const publish = gate(double, (n: number) => n > 1)
    expect(await pipe(text, (t: string) => Number(t), publish).run(1)).toMatchObject({ status: 'done', output: 2 })
    const paused = await publish.run(5, { log })
    expect(paused).toMatchObject({ status: 'approval', requests: [{ name: 'double', arguments: '5' }] })
    if (paused.status !== 'approval') return
    const id = paused.requests[0]!.id
    const copy = () => memoryLog(JSON.parse(JSON.stringify(log.facts)))
    expect(await publish.run(undefined, { from: copy(), decisions: { [id]: { approve: true } } })).toMatchObject({
      output: 10,
    })
    expect(
      await publish.run(undefined, { from: copy(), decisions: { [id]: { approve: true, arguments: '7' } } }),
    ).toMatchObject({ output: 14 })
    expect(await publish.run(undefined, { from: copy(), decisions: { [id]: { result: '99' } } })).toMatchObject({
      output: 99,
    })
    expect(
      await publish.run(undefined, { from: copy(), decisions: { [id]: { approve: false, reason: 'no' } } }),
    ).toMatchObject({ status: 'error', error: { message: expect.stringContaining('Declined: no') } })
    expect(await publish.run(5, { approver: () => ({ approve: true }) })).toMatchObject({ output: 10 })
  })

  it.each([
    ['approve', (stream, id) => stream.approve(id), { status: 'done', output: 10 }],
    ['approve with another input', (stream, id) => stream.approve(id, { arguments: '7' }), { output: 14 }],
    ['answer', (stream, id) => stream.answer(id, '99'), { status: 'done', output: 99 }],
    ['reject', (stream, id) => stream.reject(id, 'no'), { status: 'error' }],
  ] satisfies [string, (stream: GateStream, id: string) => Promise<void>, object][])(
    'waits at a gate for `approvals: wait`, and takes: %s',
    async (_, decide, ending) => {
      const stream = gate(double, () => true).stream(5, { approvals: 'wait' })
      for await (const event of stream)
        if (event.type === 'approval.request') {
          await expect(stream.approve('other')).rejects.toThrow(
            `The decision names "other", which is no pending request; pending: ${event.id}.`,
          )
          await decide(stream, event.id)
          await expect(stream.approve(event.id)).rejects.toThrow(/No request is pending/)
        }
      expect(await stream.result).toMatchObject(ending)
    },
    10_000,
  )

  it.each(['abort', 'settle'] as const)(
    'names the path of a failure, keeps what the others gave (%s)',
    async (onFailure) => {
      const result = await parallel(
        { quick: double, bad: pipe(double, boom), slow: onFailure === 'abort' ? hang : double },
        { onFailure },
      )
        .named('all')
        .run(1)
      expect(result).toMatchObject({
        status: 'error',
        error: { name: 'StageError', path: 'bad/boom', message: 'Stage `bad/boom` failed: boom' },
      })
      expect(result.status === 'error' && result.error).toBeInstanceOf(StageError)
      expect(result.stages['quick']).toMatchObject({ status: 'done', output: 2 })
    },
  )

  it('refuses an output that is not JSON', async () => {
    const result = await pipe((n: number) => ({ at: [new Date(n)] })).run(1)
    expect(result).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('its output.at[0] is a Date') },
    })
    await expect(pipe(double).run(Number.NaN)).rejects.toThrow('input is NaN')
  })

  it('ends within a second of an abort', async () => {
    const stream = map(hang).stream([1, 2, 3])
    stream.on('stage.start', () => stream.abort('enough'))
    expect(await stream.result).toMatchObject({ status: 'aborted', reason: 'enough' })
  })

  it('aborts the signal of a function that takes too long and does not look at it', async () => {
    const signals: AbortSignal[] = []
    const deaf = stage((_n: number, { signal }: StageContext) => (signals.push(signal), new Promise<never>(() => {})), {
      name: 'deaf',
      timeout: 5,
    })
    expect(await deaf.run(1)).toMatchObject({ status: 'error' })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('keeps limits and timeouts of a stage', async () => {
    const timed = stage(hang, { name: 'timed', timeout: 10 })
    expect(await timed.run(1)).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('within 10 ms') },
    })
    let running = 0
    let most = 0
    const one = stage(
      async (n: number) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running--
        return n
      },
      { limit: { concurrency: 1, key: (n) => String(n % 2) } },
    )
    await map(one, { concurrency: 8 }).run([1, 2, 3, 4, 5, 6])
    expect(most).toBe(2)
  })

  it('tells how far a map is', async () => {
    const seen: unknown[] = []
    for await (const event of map(double, { concurrency: 1 }).stream([1, 2]))
      if (event.type === 'stage.progress') seen.push([event.done, event.total])
    expect(seen.at(-1)).toEqual([2, 2])
  })
})
