import { agent, type Input, outputOf } from '@toolloop/core'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  branch,
  fallback,
  gate,
  loopUntil,
  map,
  parallel,
  type Pipeline,
  pipe,
  race,
  reduce,
  retry,
  type StageContext,
  tap,
} from './index.ts'

interface Db {
  readonly db: string
}
interface Mail {
  readonly mail: number
}
const length = (text: string) => text.length
const double = (n: number, _stage: StageContext<Db>) => n * 2
const send = async (n: number, { context }: StageContext<Mail>) => ({ sent: n + context.mail })
const writer = agent({ name: 'writer', model: 'x' })
const kind = agent({ name: 'kind', model: 'x', output: z.object({ kind: z.enum(['a', 'b']) }) })

describe('the types of a pipeline', () => {
  it('flow from stage to stage, and the context is the intersection', () => {
    expectTypeOf(pipe(length, double, send)).toEqualTypeOf<Pipeline<string, { sent: number }, Db & Mail>>()
    expectTypeOf(pipe(writer, length)).toEqualTypeOf<Pipeline<Input, number>>()
    expectTypeOf(parallel({ a: length, b: writer })).toExtend<
      Pipeline<string, { readonly a: number; readonly b: string }>
    >()
    expectTypeOf(retry(double, { times: 2 })).toEqualTypeOf<Pipeline<number, number, Db>>()
    expectTypeOf(map(double)).toExtend<Pipeline<Iterable<number>, number[], Db>>()
    expectTypeOf(map(double)).toExtend<Pipeline<AsyncIterable<number>, number[], Db>>()
    expectTypeOf(fallback(length, (text: string) => text)).toEqualTypeOf<Pipeline<string, number | string>>()
    expectTypeOf(race(length, (text: string) => text)).toEqualTypeOf<Pipeline<string, number | string>>()
    expectTypeOf(gate(double, (n) => n > 1)).toEqualTypeOf<Pipeline<number, number, Db>>()
    expectTypeOf(tap((_n: number) => {})).toEqualTypeOf<Pipeline<number, number>>()
    expectTypeOf(
      reduce(({ total, item }: { total: number; item: string; index: number }) => total + item.length, 0),
    ).toExtend<Pipeline<readonly string[], number>>()
  })

  it('refuse stages that do not fit, and name the two', () => {
    // @ts-expect-error -- Stage 1 of the pipe gives what stage 2 does not take
    pipe(length, length)
    // @ts-expect-error -- Stage 2 of the pipe gives what stage 3 does not take
    pipe(writer, length, writer)
    // @ts-expect-error -- an agent takes a text, not an object
    pipe(kind, writer)
    // @ts-expect-error -- no stage
    pipe(3)
  })

  it('require a stage for each answer of a classifier, and no other', () => {
    const kindOf = pipe(kind, (answer: { kind: 'a' | 'b' }) => answer.kind)
    expectTypeOf(branch(kindOf, { a: writer, b: length })).toExtend<Pipeline<string, string | number>>()
    // @ts-expect-error -- no stage for b
    branch(kindOf, { a: writer })
    // @ts-expect-error -- c is no answer
    branch(kindOf, { a: writer, b: writer, c: writer })
  })

  it('of a loop hold the verdict', () => {
    const judge = (text: string) => ({ done: text.length > 3, advice: 'longer' })
    const loop = loopUntil(writer, judge, { max: 2, next: ({ verdict }) => verdict.advice })
    void loop.run('x').then((result) => {
      if (result.status === 'done') expectTypeOf(result.output.verdict.advice).toEqualTypeOf<string>()
    })
    // @ts-expect-error -- the judge takes a number
    loopUntil(writer, double, { max: 2 })
  })

  it('give their output by `outputOf`', () => {
    void pipe(length, double)
      .run('x', { context: { db: '' } })
      .then((result) => expectTypeOf(outputOf(result)).toEqualTypeOf<number>())
    void kind.run('x').then((result) => expectTypeOf(outputOf(result)).toEqualTypeOf<{ kind: 'a' | 'b' }>())
  })

  it('require the context exactly where there is one', () => {
    void pipe(length).run('x')
    void pipe(length, double).run('x', { context: { db: '' } })
    // @ts-expect-error -- no context
    void pipe(length, double).run('x')
  })

  it('are the same for a distributed map', () => {
    const lengths = map(length, { distribute: true })
    void lengths.run(['x']).then((result) => {
      if (result.status === 'done') expectTypeOf(result.output).toEqualTypeOf<number[]>()
    })
    // @ts-expect-error -- items are texts
    void lengths.run([1])
    // @ts-expect-error -- no boolean
    map(length, { distribute: 'yes' })
  })
})
