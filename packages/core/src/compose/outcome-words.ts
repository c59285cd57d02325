// What the calling model reads about an agent that has no output.
import { describeError } from '@toolloop/schema'
import { excerpt } from '../facts/excerpt.ts'
import type { Result } from '../run/result.ts'

/** The words for an outcome that is neither `done` nor `approval`. */
export function outcomeWords(agent: string, result: Result<unknown>): string {
  const who = `The agent \`${agent}\``
  switch (result.status) {
    case 'limit':
      return result.kind === 'steps'
        ? `${who} has no answer: it reached its limit of ${result.allowed} steps.`
        : `${who} has no answer: it repeated the calls ${result.calls.join(', ')}.`
    case 'stopped':
      return `${who} has no answer: it was stopped by ${result.by}.`
    case 'tripped':
      return `${who} was stopped by the guardrail \`${result.guardrail}\`: ${excerpt(result.reason, 4_096)}`
    case 'refused':
      return `${who} refused: ${excerpt(result.refusal, 4_096)}`
    case 'truncated':
      return `${who} has no complete answer: a token limit cut it off.${soFar(result.partial)}`
    case 'filtered':
      return `${who} has no answer: the server withheld it.${soFar(result.partial)}`
    case 'aborted':
      return `${who} was aborted: ${result.reason}`
    case 'error':
      return `${who} failed: ${describeError(result.error)}`
    case 'budget':
      return `${who} has no complete answer: the budget of ${result.allowed} ${result.dimension} is spent.${soFar(result.partial)}`
    case 'done':
    case 'approval':
      return ''
  }
}

const soFar = (partial: unknown): string =>
  partial === undefined
    ? ''
    : ` It begins: ${excerpt(typeof partial === 'string' ? partial : JSON.stringify(partial), 4_096)}`
