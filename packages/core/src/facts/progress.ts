// Events for display. They are never stored.
import type { ListenerError } from '@toolloop/client'
import type { ContentDelta, ContentDone, DeepPartial, JsonPath, StreamEvent } from '@toolloop/stream'

import type { BreakPlace } from './prefix-mark.ts'

/** Which run of a tree made an event. */
export interface RunMark {
  readonly run: string
  /** `''` is the root. */
  readonly path: string
}

/** Which step made an event. */
export interface StepMark extends RunMark {
  readonly step: number
}

/** The typed answer as it streams, in whichever mode the server's profile asked for it. Begins anew with each step. */
export interface OutputDelta<Output = unknown> extends StepMark {
  readonly type: 'output.delta'
  /** JSON text. */
  readonly delta: string
  /** The answer so far: a live, read-only view, valid until the next event. Not validated, not enumerable. */
  readonly parsed: DeepPartial<Output> | undefined
  /** Is the value at `path` of `parsed` complete? `[]`, the default, is the whole value. */
  isComplete(path?: JsonPath): boolean
}

/** The run has its typed answer: it passed the schema and `validate`. */
export interface OutputDone<Output = unknown> extends StepMark {
  readonly type: 'output.done'
  readonly output: Output
}

/** The model's answer as it streams: the events of the stream package, each with its run and step. */
export type StepProgress<Output = unknown> =
  | (Exclude<StreamEvent, { type: 'chunk' | 'call.sealed' | 'usage' | 'content.delta' | 'content.done' }> & StepMark)
  | (ContentDelta<Output> & StepMark)
  | (ContentDone<Output> & StepMark)

export type Progress<Output = unknown> =
  | StepProgress<Output>
  | OutputDelta<Output>
  | OutputDone<Output>
  | ListenerError
  | (RunMark & Noted)

type Noted = Readonly<
  | { type: 'tool.progress'; step: number; callId: string; name: string; data: unknown }
  /** A retry follows after `delay` milliseconds: of a tool's `execute` where `callId` is given, else of a request. */
  | { type: 'attempt.retry'; step: number; callId?: string; attempt: number; delay: number; error: unknown }
  /** The step is retried: discard what it has shown so far. */
  | { type: 'step.reset'; step: number; reason: 'connection' | 'empty' | 'fallback' }
  /** A request does not extend the last one: from `place` on the server's prompt cache cannot be used. */
  | { type: 'prefix.break'; step: number; place: BreakPlace; cause: string }
  /** A stage of a pipeline reports; `data` is what its function passed to `progress`. */
  | { type: 'stage.report'; stage: string; data: unknown }
  /** So many items of a `map` are done. `total` is unknown while an iterable is still read. */
  | { type: 'stage.progress'; stage: string; done: number; failed: number; total?: number }
  /** A `retry` runs its stage again after `delay` milliseconds. */
  | { type: 'stage.retry'; stage: string; attempt: number; delay: number; error: unknown }
  /** The agent's tools or output have changed since the log was written. Both are fingerprints. */
  | { type: 'resume.drift'; was: string; is: string }
>

/** Progress of one task, before its run is added. */
export type Unmarked = Extract<Noted, { type: 'tool.progress' | 'attempt.retry' | `stage.${string}` }>
