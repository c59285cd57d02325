// Reads the bodies of the stored-completion routes.
import type { CompletionDeleted, List } from '@toolloop/wire'
import { readJson } from './completion.ts'
import { isObject, statesError } from '../errors/body.ts'
import { apiErrorOf, type Answer, notACompletion } from '../errors/answer.ts'

export function readList<T>(text: string, answer: () => Answer): List<T> {
  const body = objectIn(text, answer, 'a list')
  if (!Array.isArray(body['data'])) throw notACompletion({ ...answer(), body }, 'an object without a `data` list')
  return { ...body, has_more: body['has_more'] === true } as unknown as List<T>
}

export function readDeleted(text: string, answer: () => Answer): CompletionDeleted {
  return objectIn(text, answer, 'a deletion') as unknown as CompletionDeleted
}

function objectIn(text: string, answer: () => Answer, what: string): Record<string, unknown> {
  const body = readJson(text, answer)
  if (statesError(body)) throw apiErrorOf({ ...answer(), body })
  if (!isObject(body)) throw notACompletion({ ...answer(), body }, `something other than ${what}`)
  return body
}
