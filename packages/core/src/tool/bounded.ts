// A result that is longer than its bound: a part for the model, the whole for the application.
import type { TextPart } from '@toolloop/wire'
import { type Bound, boundOf, READ_RESULT } from '../agent/max-result.ts'
import { keptOf } from '../agent/cut-text.ts'
import { countOf } from '../agent/count-tokens.ts'
import type { Run } from '../run/run.ts'
import type { Answer } from './facts.ts'

/** The bound of a call's result; `undefined` without one. */
export const resultBound = (run: Run, name: string): Bound | undefined => boundOf(run.agent, run.toolOf(name))

/** The answer as the model reads it. Images and other parts stay whole. `key` names the call in all runs. */
export async function bounded(bound: Bound, key: string, answer: Answer): Promise<Answer> {
  const { tokens, keep, countTokens, store } = bound
  const text = textOf(answer.content)
  // A UTF-16 unit has at most three bytes, which count as one token.
  if (!countTokens && text.length <= tokens) return answer
  const count = (part: string): number => countOf(part, countTokens)
  const whole = count(text)
  if (whole <= tokens) return answer
  const handle = store && (await kept(store, key, text))
  const { head, tail, from } = keptOf(text, tokens, keep, count)
  const on = handle === undefined ? '' : ` Read on with ${READ_RESULT}(${JSON.stringify({ handle, offset: from })}).`
  const left = text.length - head.length - tail.length
  const note =
    typeof keep === 'function'
      ? `[Cut from ${text.length} characters.${on}]`
      : `[Cut: ${left} of ${text.length} characters are left out here.${on}]`
  const content = [head, note, tail].filter((part) => part !== '').join('\n')
  return { ...answer, content, cut: { tokens: whole, ...(handle === undefined ? { whole: text } : { handle }) } }
}

/** The handle; `undefined` where the store fails: the log keeps the whole then. */
async function kept(store: NonNullable<Bound['store']>, key: string, text: string): Promise<string | undefined> {
  try {
    await store.set(key, text)
    return key
  } catch {
    return undefined
  }
}

const textOf = (content: string | readonly TextPart[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
