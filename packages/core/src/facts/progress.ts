// Events for display. They are never stored.
import type { ListenerError } from '@toolloop/client'
import type { StreamEvent } from '@toolloop/stream'

import type { BreakPlace } from './prefix-mark.ts'

/** The model's answer as it streams: the events of the stream package. */
export type StepProgress = Exclude<StreamEvent, { type: 'chunk' | 'call.sealed' | 'usage' }>
export type Progress =
  | StepProgress
  | ListenerError
  | Readonly<
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
