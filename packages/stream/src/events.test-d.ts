import type { Completion } from '@toolloop/wire'
import { expectTypeOf } from 'vitest'
import type { ContentDelta, DeepPartial, StreamEvent } from './index.ts'
import { accumulate, accumulateBatches, CompletionBuilder, elements, PartialJson } from './index.ts'

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
