/** How a run ended, as its last fact records it. */
export type Outcome = { readonly status: 'done'; readonly text: string } | Ending

/** Every end that is not `done`. */
export type Ending =
  /** `stopWhen` held; `by` names the predicate. */
  | { readonly status: 'stopped'; readonly by: string }
  | { readonly status: 'limit'; readonly kind: 'steps'; readonly allowed: number }
  /** The model repeated itself after a warning; `calls` names the calls of one round, `period` counts its steps. */
  | { readonly status: 'limit'; readonly kind: 'cycle'; readonly period: number; readonly calls: readonly string[] }
  /** A budget is spent. `text`: the answer of the last step, where the run was to wrap up. */
  | ({ readonly status: 'budget'; readonly text?: string } & Exhausted)
  /** A guardrail ended the run. */
  | { readonly status: 'tripped'; readonly guardrail: string; readonly reason: string }
  | { readonly status: 'refused'; readonly refusal: string }
  /** The answer hit a token limit. */
  | { readonly status: 'truncated' }
  /** The server withheld the answer. */
  | { readonly status: 'filtered' }
  | { readonly status: 'aborted'; readonly reason: string }
  | { readonly status: 'error'; readonly error: Failure }

/** Where a guardrail looks. */
export type GuardrailPoint = 'input' | 'output' | 'toolCall' | 'toolResult'

/** The dimension of a budget that is spent: how much of it, and how much was allowed. */
export interface Exhausted {
  readonly dimension: 'toolCalls' | 'tokens' | 'usd' | 'ms'
  readonly spent: number
  readonly allowed: number
}

/** An error as the log keeps it. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: string
  /** `false`: a retry would fail in the same way. */
  readonly retryable?: false
}
