// The events of a run. A fact is plain JSON and is logged before it is emitted; the run's state is a fold over its
// facts. Progress is for display: dropping all of it changes no outcome.
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
import type { CompactionCall, MessageEdit } from './compaction.ts'
import type { Exhausted, Failure, GuardrailPoint, Outcome } from './outcome.ts'
import type { PartBudget, PartMark } from './part.ts'
import type { PrefixBreak, PrefixMark } from './prefix-mark.ts'
import type { Progress } from './progress.ts'

/** The fields of every fact. An event is a fact if and only if it has `seq`. */
export interface Recorded {
  /** Its place in the log, from 0. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly run: string
  /** The agent of the run that made the fact: `''` is the root. */
  readonly path: string
}

/** The facts by type, in the order in which a run logs them. */
export interface Facts {
  /** The first fact. `version` is the log's format. */
  'run.start': {
    version: 1
    agent: AgentMark
    input: readonly Message[]
    /** Only in the log of a pipeline: `input` is empty then. An input that is an iterable is not recorded. */
    pipeline?: { readonly input?: unknown }
    /** Only in a forked log: the run whose facts it copied, and the step or call before which it forked. */
    forkOf?: { readonly run: string; readonly before: number | string }
    /**
     * Only in the stored log of a session's turn: `input` continues this many messages of the turns before. `after`: the
     * turn that it continues, -1 for none, where that is not the turn before: it replaces the turns in between.
     */
    session?: { readonly turn: number; readonly messages: number; readonly after?: number }
  }
  /** The run is resumed from its log. `agent` is the one that holds the run. */
  'run.resume': { agent: AgentMark }
  /**
   * Logged before the request is sent. `tools` are the names of the offered tools. `reserved`: what the step may use of the
   * budget; `prompt` is the part of its prompt in tokens. `agent`: the one that holds the run, where handoffs are possible.
   */
  'step.start': {
    step: number
    model: string
    agent?: string
    tools: readonly string[]
    /** The tools that `prepareStep` added. */
    added?: readonly AgentMark[]
    toolChoice?: ToolChoice
    reserved?: Spending & { readonly prompt?: number }
    /** Only when the request does not extend the last one: at the first request, and at each break. */
    prefix?: { readonly mark: PrefixMark; readonly breaks?: readonly Omit<PrefixBreak, 'step'>[] }
  }
  /**
   * A call is complete while its step still streams, and may start. `gained` is what the message gained since the last
   * such fact: texts are appended, other fields replaced.
   */
  'call.sealed': { step: number; call: ToolCall; gained: Partial<AssistantMessage>; servedBy?: string }
  /**
   * The model's message is complete. `usage` is `null` when the server reported none; `cost` is in US dollars. `ignored`
   * names the parts of the answer that the message leaves out, such as `choices[1]`, which was not requested.
   */
  'step.done': {
    step: number
    message: AssistantMessage
    finish_reason: FinishReason | null
    usage: Usage | null
    cost?: number
    spent?: Spending
    ignored?: readonly string[]
    /** The model that answered, where the step's model is made of several. */
    servedBy?: string
  }
  /**
   * The stream broke. `message` holds the text so far and the complete calls. `guardrail`: the complete message is not
   * recorded, because an output guardrail tripped.
   */
  'step.cut': {
    step: number
    reason: 'connection' | 'abort' | 'crash' | 'budget' | 'guardrail'
    message: AssistantMessage
    usage: Usage | null
    cost?: number
    spent?: Spending
    ignored?: readonly string[]
    servedBy?: string
    error?: Failure
  }
  /**
   * Logged before `execute` is called. `arguments` are as the model wrote them. `effects` are the tool's; without the
   * field they are `unsafe`, or unknown in logs of an earlier version.
   */
  'tool.start': ToolStartFields
  /** The same for a tool that `prepareStep` added, so that the names of an agent's own tools stay exact. */
  'tool.start.dynamic': ToolStartFields
  /**
   * The model reads `content`. `parts`, which a tool message cannot hold, follow in a user message. `details` are for the
   * application. `reason` is set when `ok` is false; `final` when the call was the run's typed answer. `ms` counts
   * milliseconds from `tool.start`. `loopKey` is what the tool's `loopKey` returned. `handoff`: the call hands the run over
   * to this agent. `cut`: the result was longer than its bound.
   */
  'tool.done': ToolDoneFields
  /** The same for a tool that `prepareStep` added. */
  'tool.done.dynamic': ToolDoneFields
  /**
   * The run was handed over: from the next step on it is held by `agent`. `step` and `callId` name the call. `shown`: what
   * `filter` chose to show in place of the conversation so far; a number is the index of a message of it.
   */
  handoff: { step: number; callId: string; from: string; agent: AgentMark; shown?: readonly (number | Message)[] }
  /** The agent that the call runs waits for decisions on its own calls. The call goes on when the run is resumed. */
  'tool.pause': { step: number; callId: string; name: string }
  /**
   * A person or program must approve a call, execute it (`external`), decide on a call with an unknown outcome
   * (`interrupted`), or answer what a tool asks (`input`): then `input` holds the question, and the tool's state.
   */
  'approval.request': CallMark & {
    /** Step, call, and a hash of the request. Decisions refer to it. */
    id: string
    kind: 'approval' | 'external' | 'interrupted' | 'input'
    /** What the tool's `fingerprint` returned. An approval holds only while it stays the same. */
    fingerprint?: string
    input?: { request: unknown; state: unknown }
    /** The call is of a tool that `prepareStep` added. */
    dynamic?: true
    /** Only for a stage of a pipeline: its path. `arguments` are its input as JSON. */
    stage?: string
  }
  /** `id` is the id of the request. */
  'approval.decision': { step: number; callId: string; id?: string; decision: Decision; stage?: string }
  /**
   * A message from the caller, or from the loop. `steer` and `followUp`: sent while the run went on. `output`: it retries a
   * rejected answer. `cycle`: it warns a model that repeats itself. `budget`: it asks for the last answer.
   */
  'message.add': {
    message: Message
    origin: 'caller' | 'steer' | 'followUp' | 'output' | 'cycle' | 'budget'
    /** Only for the origin `budget`. */
    exhausted?: Exhausted
  }
  /**
   * The conversation was shortened, before the first request of a step that reads it so. The messages stay in the log.
   * `by` names the strategies; `asked` are the model calls that they made, `spent` what these take from a budget.
   */
  'messages.compact': {
    step: number
    by: readonly string[]
    edits: readonly MessageEdit[]
    asked?: readonly CompactionCall[]
    spent?: Spending
  }
  /**
   * A guardrail has answered. `reason` is that of a trip, or the text of a rejected call. `inputs`, only for `input`: how
   * many messages of the caller the run had. `step` is the open step, or the next one. `ms` counts milliseconds.
   */
  'guardrail.done': {
    guardrail: string
    on: GuardrailPoint
    step: number
    callId?: string
    inputs?: number
    verdict: 'pass' | 'trip' | 'reject' | 'replace'
    reason?: string
    ms: number
  }
  /** A function or an agent of a pipeline starts. Logged before it is called. `stage` is its path in the pipeline. */
  'stage.start': StageMark & { kind: 'function' | 'agent' }
  /**
   * It has ended: with its output, plain JSON, or with an error. `live`: the output is an iterable, which is not recorded.
   * `outcome` is that of an agent's run. `ms` counts milliseconds from `stage.start`.
   */
  'stage.done': StageMark & {
    ok: boolean
    output?: unknown
    live?: true
    error?: Failure
    outcome?: Outcome['status']
    ms: number
  }
  /** What a function of the pipeline answered: whether to retry (`round`: the failed attempt), the next input of a loop, whether a gate is open. */
  'stage.answer': StageMark & { round?: number; value?: unknown }
  /** Items that a stage read from an iterable; `index` is the first one's. `end`: there are no more. */
  'stage.items': StageMark & { index: number; inputs: readonly unknown[]; end?: true }
  /** The rest of a stage is aborted: one of the stages in it failed or won. */
  'stage.cut': StageMark
  /** An agent of the pipeline waits for decisions. */
  'stage.wait': StageMark
  /**
   * A part of the run is given to a run of its own: an item of a `map` with `distribute`, or a call of an agent with it.
   * `part` is its path; the facts in it are copied here. Until `part.done`, `budget` is taken from the budgets around it.
   */
  'part.start': PartMark & { budget?: PartBudget }
  /** Only undecided calls are left in the part. */
  'part.pause': PartMark
  /** The part has ended as `status`. `goesOn`: its share of the budget is spent, and its runs go on in the process of this run. */
  'part.done': PartMark & { status: Outcome['status']; goesOn?: true }
  /** Only undecided calls are left: these. */
  'run.pause': { callIds: readonly string[] }
  /** The last fact. `spent`: what a step took from the budget that sent a request and has no other fact, since nothing of its answer arrived. */
  'run.done': { outcome: Outcome; spent?: Spending }
}

/** A result that the model reads in part: its tokens, and the whole text, or its handle in the agent's store. */
export type ResultCut = Readonly<{ tokens: number; whole: string } | { tokens: number; handle: string }>
/** What a step takes from a budget: reported, else counted. `usd` where the model has a price. */
type Spending = Readonly<{ tokens: number; usd?: number }>
type AgentMark = Readonly<{ name: string; fingerprint: string }>
type StageMark = { stage: string }
type ToolStartFields = CallMark & { idempotencyKey: string; effects?: 'none' | 'idempotent' }
type ToolDoneFields = CallMark & {
  ok: boolean
  content: string | TextPart[]
  parts?: ContentPart[]
  details?: unknown
  reason?: FailureReason
  final?: true
  loopKey?: string | false
  handoff?: string
  cut?: ResultCut
  ms: number
}
type CallMark = { step: number; callId: string; name: string; arguments: string }
/** Why a call has no result of its tool. `answered`: a decision gave the result. `superseded`: the step has another handoff, or answer, before it. */
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
  | 'superseded'
  | 'budget'
  | 'guardrail'
/**
 * The answer to a request. `arguments` replace the model's: an object, or the text as it is on the wire; recorded as text.
 * `result` is sent to the model in place of a result of the tool. `input` answers a request of that kind, as plain JSON.
 */
export type Decision = Readonly<
  | { approve: true; arguments?: string | object }
  | { approve: false; reason?: string }
  | { result: string }
  | { input: unknown }
>

export type FactOf<Type extends keyof Facts> = Type extends keyof Facts
  ? Recorded & Readonly<{ type: Type } & Facts[Type]>
  : never
export type Fact = FactOf<keyof Facts>
/** The result of a call, whoever gave the tool. */
export type ToolDone = FactOf<'tool.done' | 'tool.done.dynamic'>
export type ToolStart = FactOf<'tool.start' | 'tool.start.dynamic'>
export type ApprovalRequest = FactOf<'approval.request'>

export type RunEvent = Fact | Progress
export const isToolStart = (event: RunEvent): event is ToolStart =>
  event.type === 'tool.start' || event.type === 'tool.start.dynamic'
export const isToolDone = (event: RunEvent): event is ToolDone =>
  event.type === 'tool.done' || event.type === 'tool.done.dynamic'
export const isFact = (event: RunEvent): event is Fact => 'seq' in event

type Draft = { [Type in keyof Facts]: Readonly<{ type: Type } & Facts[Type]> }[keyof Facts]
/** A fact before it is logged. The loop stamps `seq`, `at` and `run` when it logs the fact. */
export const fact = (draft: Draft): Fact => ({ seq: -1, at: 0, run: '', path: '', ...draft })
