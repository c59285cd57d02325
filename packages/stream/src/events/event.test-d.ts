import type { Completion } from '@toolloop/wire'
import { expectTypeOf } from 'vitest'
import type { ArgumentsDelta, ArgumentsDone, ContentDelta, DeepPartial, StreamEvent } from '../index.ts'
import { accumulate, accumulateBatches, CompletionBuilder, elements, PartialJson } from '../index.ts'

interface Forecast {
  city: string
  days: { high: number; note: string | null }[]
  tuple: [string, { x: number }]
}

interface PartialForecast {
  readonly city?: string
  readonly days?: readonly { readonly high?: number; readonly note?: string | null }[]
  readonly tuple?: readonly (string | { readonly x?: number })[]
}

// A deep partial is readonly and optional all the way down; an array's items are there as far as it goes.
expectTypeOf<DeepPartial<Forecast>>().toEqualTypeOf<PartialForecast>()
expectTypeOf<DeepPartial<unknown>>().toEqualTypeOf<unknown>()
expectTypeOf<DeepPartial<string | { a: 1 }>>().toEqualTypeOf<string | { readonly a?: 1 }>()

// What JSON cannot hold comes of a transform: until then nobody knows what stands there.
expectTypeOf<DeepPartial<{ at: Date; big: bigint; tags: Set<string> }>>().toEqualTypeOf<{
  readonly at?: unknown
  readonly big?: unknown
  readonly tags?: unknown
}>()

// The type of the answer reaches the event.
const events = accumulate<Forecast>([])
expectTypeOf(events).toEqualTypeOf<AsyncGenerator<StreamEvent<Forecast>, Completion, undefined>>()
expectTypeOf<ContentDelta<Forecast>['parsed']>().toEqualTypeOf<PartialForecast | undefined>()
expectTypeOf<Extract<StreamEvent<Forecast>, { type: 'content.done' }>['parsed']>().toEqualTypeOf<
  PartialForecast | undefined
>()
expectTypeOf(accumulateBatches<Forecast>([])).toEqualTypeOf<
  AsyncGenerator<StreamEvent<Forecast>[], Completion, undefined>
>()
expectTypeOf(new CompletionBuilder<Forecast>().finish()).toEqualTypeOf<StreamEvent<Forecast>[]>()
expectTypeOf(new CompletionBuilder().snapshot()).toEqualTypeOf<Completion>()
expectTypeOf(elements<Forecast['days'][number]>(events, ['days'])).toEqualTypeOf<
  AsyncGenerator<Forecast['days'][number], void>
>()
expectTypeOf(new PartialJson<Forecast>().value).toEqualTypeOf<PartialForecast | undefined>()
expectTypeOf(new PartialJson<Forecast>().end()).toEqualTypeOf<Forecast>()

// Discriminating on `type` narrows.
declare const event: StreamEvent
if (event.type === 'usage') expectTypeOf(event.usage.total_tokens).toEqualTypeOf<number>()
if (event.type === 'tool_calls.function.arguments.done') expectTypeOf(event.complete).toEqualTypeOf<boolean>()
if (event.type === 'tool_calls.function.arguments.delta') {
  expectTypeOf(event).toEqualTypeOf<ArgumentsDelta>()
  expectTypeOf(event.name).toEqualTypeOf<string>()
  expectTypeOf(event.parsed).toBeUnknown()
}

// Discriminating on `name` as well narrows the arguments, where the tools are named.
interface Args {
  get_weather: { city: string; days: number[] }
  now: Record<string, never>
}
declare const typed: StreamEvent<Forecast, Args>
if (typed.type === 'tool_calls.function.arguments.delta' || typed.type === 'tool_calls.function.arguments.done') {
  if (typed.name === 'get_weather')
    expectTypeOf(typed.parsed).toEqualTypeOf<
      { readonly city?: string; readonly days?: readonly number[] } | undefined
    >()
  // A model may call what nobody offered: such a name stays possible, and its arguments have no type.
  expectTypeOf(typed.name).toEqualTypeOf<string>()
  if (typed.name === 'sing') expectTypeOf(typed.parsed).toBeUndefined()
}
expectTypeOf(typed).toExtend<StreamEvent>()
expectTypeOf<ArgumentsDelta<'now', Args['now']>>().toExtend<StreamEvent<Forecast, Args>>()
expectTypeOf<Extract<StreamEvent, { type: `${string}arguments.done` }>>().toEqualTypeOf<ArgumentsDone>()
expectTypeOf(accumulate<Forecast, Args>([])).toEqualTypeOf<
  AsyncGenerator<StreamEvent<Forecast, Args>, Completion, undefined>
>()
expectTypeOf(new CompletionBuilder<Forecast, Args>().push([])).toEqualTypeOf<StreamEvent<Forecast, Args>[]>()
