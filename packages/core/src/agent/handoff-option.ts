// What the option `handoffs` takes.
import type { OutputOf, StandardSchema } from '@toolloop/schema'
import type { Message } from '@toolloop/wire'

/** The options of `handoff`. */
export interface HandoffOptions<Parameters extends StandardSchema = StandardSchema, Context = unknown> {
  /** Whether a step offers the handoff. @default true */
  readonly when?: boolean | ((context: Context) => boolean | Promise<boolean>) | undefined
  /** When to hand over: the model reads this. @default a sentence with the agent's name */
  readonly description?: string | undefined
  /** What the model hands along: a schema of the function's arguments. @default none */
  readonly parameters?: Parameters | undefined
  /**
   * The messages that the next agent's requests show in place of the conversation so far. Called once, at the handoff, with
   * the conversation and its tool messages; the answer is recorded. The transcript stays unchanged. If it throws, the run
   * ends as `error`. @default the whole conversation
   */
  readonly filter?:
    | ((
        messages: readonly Message[],
        handed: { readonly args: OutputOf<Parameters>; readonly context: Context },
      ) => readonly Message[] | Promise<readonly Message[]>)
    | undefined
}

/** An agent, or the name of one that the agent of the run reaches otherwise: for agents that hand over to each other. */
export type HandoffTarget = string | { readonly name: string; run(...input: never[]): unknown }

/** A handoff with options. `context` carries the type of the context that they need; it is never set. */
export interface Handoff<Target extends HandoffTarget = HandoffTarget, Context = unknown> {
  readonly target: Target
  /** The function's name: `transfer_to_` and the agent's name, with `_` for what a function name cannot hold. */
  readonly name: `transfer_to_${string}`
  readonly context?: (context: Context) => void
}

/** Any handoff of an agent: an agent, its name, or `handoff(agent, { … })`. */
// oxlint-disable-next-line typescript/no-explicit-any -- the context is contravariant: only `any` admits every handoff
export type AnyHandoff = HandoffTarget | Handoff<HandoffTarget, any>
