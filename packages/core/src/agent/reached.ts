// What handoffs mean for the type of a result: who may hold the run at its end, with which output.
import type { AnyTool } from './spec.ts'

/** An agent that may hold a run at its end, and its output. */
export interface HeldBy<Name extends string = string, Output = unknown> {
  readonly agent: Name
  readonly output: Output
}

/** An agent that is reached by handoffs. `isKnown: false`: only its name is known there. */
export interface Reached<
  Name extends string = string,
  Output = unknown,
  Tools extends readonly AnyTool[] = readonly AnyTool[],
  Known extends boolean = boolean,
> {
  readonly agent: Name
  readonly output: Output
  readonly tools: Tools
  readonly isKnown: Known
}

/** Drops names of agents that are known: the agent itself, or another one that is reached. */
export type Settled<Own extends string, All extends Reached> = SettledIn<All, Own | NamesIn<All, true>>
type SettledIn<All extends Reached, Known extends string> = All extends {
  readonly isKnown: false
  readonly agent: Known
}
  ? never
  : All
type NamesIn<All extends Reached, Known extends boolean> = All extends { readonly isKnown: Known }
  ? All['agent']
  : never

/** The union of the agent's own name and output, and those of the agents that it reaches. */
export type HeldByAny<Name extends string, Output, Others extends Reached> =
  | HeldBy<Name, Output>
  | (Others extends Reached<infer Other, infer TheirOutput> ? HeldBy<Other, TheirOutput> : never)

/** The tools of the agent and of those that it reaches. */
export type ToolsOfAny<Tools extends readonly AnyTool[], Others extends Reached> = [Others] extends [never]
  ? Tools
  : readonly (Tools | Others['tools'])[number][]

/** The names of the functions that hand over. */
export type TransfersTo<Others extends Reached> = [Others] extends [never] ? never : `transfer_to_${string}`
