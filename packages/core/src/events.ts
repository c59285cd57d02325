// What happens in a run. A fact is plain JSON, logged before anyone sees it: the run's state is a fold over its
// facts. Progress is worth showing and not worth keeping: dropping all of it changes no outcome.
import type { ListenerError } from '@toolloop/client'
import type { StreamEvent } from '@toolloop/stream'
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
import type { Outcome } from './outcome.ts'

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

export interface RunStart extends Recorded {
  readonly type: 'run.start'
  /** Of this format. */
  readonly version: 1
  readonly agent: { readonly name: string; readonly fingerprint: string }
  readonly input: readonly Message[]
}
/** An earlier log goes on. */
export interface RunResume extends Recorded {
  readonly type: 'run.resume'
  readonly agent: { readonly name: string; readonly fingerprint: string }
}
/** The model is about to be asked. */
export interface StepStart extends Recorded {
  readonly type: 'step.start'
  readonly step: number
  readonly model: string
  /** The names of the tools it is offered. */
  readonly tools: readonly string[]
  readonly toolChoice?: ToolChoice
}
/** A call is complete while its step still streams, and may start. */
export interface CallSealed extends Recorded {
  readonly type: 'call.sealed'
  readonly step: number
  readonly call: ToolCall
  /** What the message gained since the last such fact: texts are appended, other fields replaced. */
  readonly gained: Partial<AssistantMessage>
}
/** The model's message is complete. */
export interface StepDone extends Recorded {
  readonly type: 'step.done'
  readonly step: number
  readonly message: AssistantMessage
  readonly finish_reason: FinishReason | null
  /** `null`: the server told nothing. */
  readonly usage: Usage | null
  /** US dollars, where the model has a price and the server told the usage. */
  readonly cost?: number
}
/** The stream broke off: the text so far and the calls that were complete. */
export interface StepCut extends Recorded {
  readonly type: 'step.cut'
  readonly step: number
  readonly reason: 'connection' | 'abort' | 'crash'
  readonly message: AssistantMessage
  readonly usage: Usage | null
}
/** Logged before `execute` is called. */
export interface ToolStart extends Recorded {
  readonly type: 'tool.start'
  readonly step: number
  readonly callId: string
  readonly name: string
  /** As the model wrote them. */
  readonly arguments: string
  readonly idempotencyKey: string
}
export interface ToolDone extends Recorded {
  readonly type: 'tool.done'
  readonly step: number
  readonly callId: string
  readonly name: string
  readonly arguments: string
  readonly ok: boolean
  /** What the model reads. */
  readonly content: string | TextPart[]
  /** Images and other parts that a tool message cannot hold; they follow in a user message. */
  readonly parts?: ContentPart[]
  /** What the tool returned beside its content, for the application. */
  readonly details?: unknown
  /** Why `ok` is false. */
  readonly reason?:
    | 'unknown_tool'
    | 'arguments'
    | 'truncated'
    | 'failed'
    | 'timeout'
    | 'retry'
    | 'interrupted'
    | 'declined'
  /** This call was the run's typed answer. */
  readonly final?: true
  /** Milliseconds from `tool.start`. */
  readonly ms: number
}
/** A call that someone else must decide on or carry out. */
export interface ApprovalRequest extends Recorded {
  readonly type: 'approval.request'
  readonly step: number
  readonly callId: string
  readonly name: string
  readonly arguments: string
  /** `external`: the tool has no `execute`; `interrupted`: it was running when the process died. */
  readonly kind: 'approval' | 'external' | 'interrupted'
}
export interface ApprovalDecision extends Recorded {
  readonly type: 'approval.decision'
  readonly step: number
  readonly callId: string
  readonly decision: Decision
}
export type Decision =
  | { readonly approve: true }
  | { readonly approve: false; readonly reason?: string }
  | { readonly result: string }
export interface MessageAdd extends Recorded {
  readonly type: 'message.add'
  readonly message: Message
  /** `output`: the answer did not fit and is asked for again. */
  readonly origin: 'caller' | 'output'
}
/** Nothing can go on before the requests are decided. */
export interface RunPause extends Recorded {
  readonly type: 'run.pause'
  readonly callIds: readonly string[]
}
export interface RunDone extends Recorded {
  readonly type: 'run.done'
  readonly outcome: Outcome
}

export type Fact =
  | RunStart
  | RunResume
  | StepStart
  | CallSealed
  | StepDone
  | StepCut
  | ToolStart
  | ToolDone
  | ApprovalRequest
  | ApprovalDecision
  | MessageAdd
  | RunPause
  | RunDone

/** What the model says, as it says it: the stream package's events. */
export type StepProgress = Exclude<StreamEvent, { type: 'chunk' | 'call.sealed' | 'usage' }>
export type Progress =
  | StepProgress
  | {
      readonly type: 'tool.progress'
      readonly step: number
      readonly callId: string
      readonly name: string
      readonly data: unknown
    }
  /** A request, or a tool's `execute` where `callId` is given, is tried again after `delay` milliseconds. */
  | {
      readonly type: 'attempt.retry'
      readonly step: number
      readonly callId?: string
      readonly attempt: number
      readonly delay: number
      readonly error: unknown
    }
  /** What the step showed so far is void: it is asked again. */
  | { readonly type: 'step.reset'; readonly step: number; readonly reason: 'connection' | 'empty' }
  /** Since the log was written the agent has changed. */
  | { readonly type: 'resume.drift'; readonly was: string; readonly is: string }
  | ListenerError

export type RunEvent = Fact | Progress

export const isFact = (event: RunEvent): event is Fact => 'seq' in event

type Draft<F extends Fact = Fact> = F extends Fact ? Omit<F, keyof Recorded> : never
/** A fact as a work makes it; the loop stamps it when it is logged, so that the log's order is the order of `seq`. */
export const fact = (draft: Draft): Fact => ({ seq: -1, at: 0, run: '', path: '', ...draft })
