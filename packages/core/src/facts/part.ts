// Parts of a run that are runs of their own: an item of a pipeline's `map`, or an agent that was called as a tool.
/** A step from the root of a run to a part of its definition: a stage of the pipeline, then tools of agents. */
export type PartStep =
  | { readonly stage: string }
  /** `agent` is the name of the agent that held the run. */
  | { readonly agent: string; readonly tool: string }

/** What a part may use: its share of the budgets around it. JSON. */
export interface PartBudget {
  readonly toolCalls?: number
  readonly tokens?: number
  readonly usd?: number
  readonly ms?: number
  readonly maxTokensPerStep?: number
  readonly prices?: Readonly<Record<string, { readonly input: number; readonly output: number }>>
}

/** A part of a run, for another process to run. JSON. */
export interface Part {
  /** The id of the whole run, which the part's facts carry. */
  readonly run: string
  /** The part's place in the run, such as `review[3]` or `0:call_a`. With `run` it identifies the part. */
  readonly path: string
  /** Where the definition has it. */
  readonly at: readonly PartStep[]
  /** An agent's messages; the item of a `map`. */
  readonly input: unknown
  readonly budget?: PartBudget
}

/** A part by its path. Below an item's path, `[` and `#` begin a stage inside it; in a call's they are part of a name. */
export interface PartMark {
  readonly part: string
  readonly of: 'item' | 'call'
}

/** The `seq` of a fact that another process has recorded already: an abort of this process does not undo it. */
export const recordedElsewhere = -2
