// What is worth showing and not worth keeping.
import type { ListenerError } from '@toolloop/client'
import type { StreamEvent } from '@toolloop/stream'

import type { BreakPlace } from './prefix-mark.ts'

/** What the model says, as it says it: the stream package's events. */
export type StepProgress = Exclude<StreamEvent, { type: 'chunk' | 'call.sealed' | 'usage' }>
export type Progress =
  | StepProgress
  | ListenerError
  | Readonly<
      | { type: 'tool.progress'; step: number; callId: string; name: string; data: unknown }
      /** A request, or a tool's `execute` where `callId` is given, is tried again after `delay` milliseconds. */
      | { type: 'attempt.retry'; step: number; callId?: string; attempt: number; delay: number; error: unknown }
      /** What the step showed so far is void: it is asked again. */
      | { type: 'step.reset'; step: number; reason: 'connection' | 'empty' }
      /** A request does not extend the last one: its server's cache is of no use from `place` on. */
      | { type: 'prefix.break'; step: number; place: BreakPlace; cause: string }
      /** Since the log was written the agent has changed. */
      | { type: 'resume.drift'; was: string; is: string }
    >
