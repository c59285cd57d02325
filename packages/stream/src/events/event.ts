import type { Chunk, CompletionAudio, FunctionToolCall, CustomToolCall, TokenLogprob, Usage } from '@toolloop/wire'
import type { DeepPartial } from '../json/deep-partial.ts'
import type { JsonPath } from '../json/path.ts'

/**
 * The events of a streamed answer, in order. `choice` is the choice's index; `index` is the call's position in the
 * message's `tool_calls`. Each `done` comes exactly once, after the last delta of its kind. `Parsed` is the answer's type;
 * `Args` holds the types of arguments by the name of their tool: `{ get_weather: { city: string } }`.
 */
export type StreamEvent<Parsed = unknown, Args = AnyArgs> =
  | ChunkEvent
  | ContentDelta<Parsed>
  | ContentDone<Parsed>
  | { readonly type: 'refusal.delta'; readonly choice: number; readonly delta: string }
  | { readonly type: 'refusal.done'; readonly choice: number; readonly refusal: string }
  | { readonly type: 'reasoning.delta'; readonly choice: number; readonly delta: string }
  | { readonly type: 'reasoning.done'; readonly choice: number; readonly reasoning: string }
  | ArgumentsDeltaOf<Args>
  | ArgumentsDoneOf<Args>
  | CustomInputDelta
  | CustomInputDone
  | CallSealed
  | { readonly type: 'logprobs.content.delta'; readonly choice: number; readonly delta: readonly TokenLogprob[] }
  | { readonly type: 'logprobs.content.done'; readonly choice: number; readonly content: readonly TokenLogprob[] }
  | { readonly type: 'logprobs.refusal.delta'; readonly choice: number; readonly delta: readonly TokenLogprob[] }
  | { readonly type: 'logprobs.refusal.done'; readonly choice: number; readonly refusal: readonly TokenLogprob[] }
  | { readonly type: 'audio.delta'; readonly choice: number; readonly delta: Partial<CompletionAudio> }
  | { readonly type: 'audio.done'; readonly choice: number; readonly audio: CompletionAudio }
  | { readonly type: 'usage'; readonly usage: Usage }

export interface ChunkEvent {
  readonly type: 'chunk'
  readonly chunk: Chunk
}

export interface ContentDelta<Parsed = unknown> {
  readonly type: 'content.delta'
  readonly choice: number
  readonly delta: string
  /**
   * The JSON so far: a live, read-only view, valid until the next event. Not enumerable. It is not validated: the model
   * may write values of other types. `undefined` where the content is not JSON.
   */
  readonly parsed: DeepPartial<Parsed> | undefined
  /** Is the value at `path` of `parsed` complete? `[]`, the default, is the whole value. */
  isComplete(path?: JsonPath): boolean
}

export interface ContentDone<Parsed = unknown> {
  readonly type: 'content.done'
  readonly choice: number
  readonly content: string
  /** The whole JSON, parsed when it is read; `undefined` where the content is not JSON. Not enumerable. */
  readonly parsed: DeepPartial<Parsed> | undefined
}

export interface ArgumentsDelta<Name extends string = string, Args = unknown> {
  readonly type: 'tool_calls.function.arguments.delta'
  readonly choice: number
  readonly index: number
  readonly id: string
  readonly name: Name
  readonly delta: string
  /**
   * The arguments so far: a live, read-only view, valid until the next event. Not enumerable. It is not
   * validated: the model may write values of other types, and defaults and transforms are not applied yet. `undefined`
   * where it is not JSON.
   */
  readonly parsed: DeepPartial<Args> | undefined
  /** Is the value at `path` of `parsed` complete? `[]`, the default, is the whole value. */
  isComplete(path?: JsonPath): boolean
}

export interface ArgumentsDone<Name extends string = string, Args = unknown> {
  readonly type: 'tool_calls.function.arguments.done'
  readonly choice: number
  readonly index: number
  readonly id: string
  readonly name: Name
  readonly arguments: string
  /** `false`: the call broke off (the answer hit a limit) or its arguments are no JSON object. It must not be executed. */
  readonly complete: boolean
  /** The whole JSON, parsed when it is read and not validated; `undefined` where it is not JSON. Not enumerable. */
  readonly parsed: DeepPartial<Args> | undefined
}

/** The arguments of unknown tools: any name, any arguments. */
export type AnyArgs = Readonly<Record<string, unknown>>

/**
 * A delta of a call to one of these tools, discriminated by `name`. Models invent names, so any other name is possible;
 * the `parsed` of such a call has no type.
 */
export type ArgumentsDeltaOf<Args> =
  | { [Name in keyof Args & string]: ArgumentsDelta<Name, Args[Name]> }[keyof Args & string]
  | (string extends keyof Args ? never : ArgumentsDelta<string, undefined>)

/** The end of a call to one of these tools, discriminated by `name`. */
export type ArgumentsDoneOf<Args> =
  | { [Name in keyof Args & string]: ArgumentsDone<Name, Args[Name]> }[keyof Args & string]
  | (string extends keyof Args ? never : ArgumentsDone<string, undefined>)

export interface CustomInputDelta {
  readonly type: 'tool_calls.custom.input.delta'
  readonly choice: number
  readonly index: number
  readonly id: string
  readonly name: string
  readonly delta: string
}

export interface CustomInputDone {
  readonly type: 'tool_calls.custom.input.done'
  readonly choice: number
  readonly index: number
  readonly id: string
  readonly name: string
  readonly input: string
}

/**
 * This call is final: it has a name, its arguments are one complete JSON object, and a further chunk of the same
 * choice added nothing to it. It is safe to execute.
 */
export interface CallSealed {
  readonly type: 'call.sealed'
  readonly choice: number
  readonly index: number
  readonly call: FunctionToolCall | CustomToolCall
}
