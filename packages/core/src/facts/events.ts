// What happens in a run. A fact is plain JSON, logged before anyone sees it: the run's state is a fold over its
// facts. Progress is worth showing and not worth keeping: dropping all of it changes no outcome.
import type {
  AssistantMessage,
  ContentPart,
  FinishReason,
  Message,
  TextPart,
  ToolCall,
  ToolChoice,
  Usage,
} from '@toolloop/wire'
import type { Failure, Outcome } from './outcome.ts'
import type { PrefixBreak, PrefixMark } from './prefix-mark.ts'
import type { Progress } from './progress.ts'

/** What every fact carries. An event is a fact if and only if it has `seq`. */
export interface Recorded {
  /** Its place in the log, from 0. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly run: string
  /** Which agent of the run: `''` is the root. */
  readonly path: string
}

/** The facts by type, in the order a run meets them. */
export interface Facts {
  /** The first. `version` is the log's format. */
  'run.start': {
    version: 1
    agent: AgentMark
    input: readonly Message[]
    /** Of a forked log: whose facts its history was, and what they came before. */
    forkOf?: { readonly run: string; readonly before: number | string }
  }
  /** An earlier log goes on. */
  'run.resume': { agent: AgentMark }
  /** The model is about to be asked; `tools` are the names of those it is offered. */
  'step.start': {
    step: number
    model: string
    tools: readonly string[]
    toolChoice?: ToolChoice
    /** Where the request does not extend the last one: the first, and each break. */
    prefix?: { readonly mark: PrefixMark; readonly breaks?: readonly Omit<PrefixBreak, 'step'>[] }
  }
  /** A call is complete while its step streams, and may start. `gained` is what the message gained since the last such fact: texts are appended, other fields replaced. */
  'call.sealed': { step: number; call: ToolCall; gained: Partial<AssistantMessage> }
  /** The model's message is complete. `usage` is `null` where the server told none; `cost` is in US dollars. */
  'step.done': {
    step: number
    message: AssistantMessage
    finish_reason: FinishReason | null
    usage: Usage | null
    cost?: number
  }
  /** The stream broke off: the text so far and the calls that were complete. */
  'step.cut': {
    step: number
    reason: 'connection' | 'abort' | 'crash'
    message: AssistantMessage
    usage: Usage | null
    cost?: number
    error?: Failure
  }
  /**
   * Logged before `execute` is called. `arguments` are as the model wrote them. `effects` are the tool's; without the
   * field they are `unsafe`, or unknown in logs of an earlier version.
   */
  'tool.start': CallMark & { idempotencyKey: string; effects?: 'none' | 'idempotent' }
  /**
   * The model reads `content`; `parts` are what a tool message cannot hold and follow in a user message; `details` are
   * for the application. `reason` says why `ok` is false, `final` that the call was the run's typed answer; `ms` counts
   * from `tool.start`.
   */
  'tool.done': CallMark & {
    ok: boolean
    content: string | TextPart[]
    parts?: ContentPart[]
    details?: unknown
    reason?: FailureReason
    final?: true
    ms: number
  }
  /** Somebody must decide on a call, carry it out (`external`), or say how it ended (`interrupted`). */
  'approval.request': CallMark & {
    /** Names the question: step, call, and a hash of what is asked. Decisions are given by it. */
    id: string
    kind: 'approval' | 'external' | 'interrupted'
  }
  /** `id` is the request's. */
  'approval.decision': { step: number; callId: string; id?: string; decision: Decision }
  /** Said from outside, or by the loop to ask again for an answer that fits. */
  'message.add': { message: Message; origin: 'caller' | 'output' }
  /** Nothing can go on before these calls are decided. */
  'run.pause': { callIds: readonly string[] }
  /** The last. */
  'run.done': { outcome: Outcome }
}

type AgentMark = Readonly<{ name: string; fingerprint: string }>
type CallMark = { step: number; callId: string; name: string; arguments: string }
/** Why a call has no result of its tool. */
export type FailureReason =
  | 'unknown_tool'
  | 'arguments'
  | 'truncated'
  | 'failed'
  | 'timeout'
  | 'retry'
  | 'interrupted'
  | 'declined'
  | 'answered'
/**
 * What somebody says to a request. `arguments` replace the model's (an object, or the text as it is on the wire; recorded
 * as text); `result` is what the model is told in place of a result of the tool.
 */
export type Decision = Readonly<
  { approve: true; arguments?: string | object } | { approve: false; reason?: string } | { result: string }
>

export type FactOf<Type extends keyof Facts> = Type extends keyof Facts
  ? Recorded & Readonly<{ type: Type } & Facts[Type]>
  : never
export type Fact = FactOf<keyof Facts>
export type ToolDone = FactOf<'tool.done'>
export type ApprovalRequest = FactOf<'approval.request'>

export type RunEvent = Fact | Progress
export const isFact = (event: RunEvent): event is Fact => 'seq' in event

type Draft = { [Type in keyof Facts]: Readonly<{ type: Type } & Facts[Type]> }[keyof Facts]
/** A fact as a task makes it; the loop stamps it when it is logged, so that the log's order is the order of `seq`. */
export const fact = (draft: Draft): Fact => ({ seq: -1, at: 0, run: '', path: '', ...draft })
