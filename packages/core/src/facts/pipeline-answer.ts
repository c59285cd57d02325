import type { Outcome } from './outcome.ts'

/**
 * The output of a pipeline as text: a string unchanged, other values as JSON. Empty without an
 * output. The outcome in the log holds JSON in either case.
 */
export function pipelineAnswer(outcome: Outcome | null): string {
  if (outcome?.status !== 'done' || outcome.text === '') return ''
  const output: unknown = JSON.parse(outcome.text)
  return typeof output === 'string' ? output : outcome.text
}
