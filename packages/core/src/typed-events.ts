import type { Tool } from '@toolloop/schema'
import type { FactOf, RunEvent, ToolDone } from './events.ts'
import type { AnyTool } from './spec.ts'

/** The events of an agent with these tools: discriminate on `type`, then `ok`, then `name`. */
export type EventOf<Tools extends readonly AnyTool[]> =
  | Exclude<RunEvent, ToolDone | FactOf<'tool.start'>>
  | Started
  | Succeeded<Tools[number]>
  | Failed

/** A call ran and returned. `args` and `output` are live values of this process: not enumerable, not in the log. */
export type Succeeded<One extends AnyTool> =
  One extends Tool<infer Name, infer Args, infer Output, infer _Context>
    ? Omit<ToolDone, 'ok' | 'name' | 'reason'> & {
        readonly ok: true
        readonly name: Name
        readonly args: Args
        readonly output: Output
      }
    : never

/** A call did not run, or failed. `error` is live: not enumerable, not in the log. */
export type Failed = Omit<ToolDone, 'ok' | 'reason'> & {
  readonly ok: false
  readonly reason: NonNullable<ToolDone['reason']>
  readonly args?: unknown
  readonly error?: unknown
}

export type Started = FactOf<'tool.start'> & { readonly args: unknown }
