// Reads the body of an answer that is not streamed, and checks that it is a completion and not an error.
import { type Choice, type Chunk, type Completion, type Finish, finishOf } from '@toolloop/wire'
import { APIConnectionError } from '../errors/classes.ts'
import { excerpt, isObject, statesError } from '../errors/body.ts'
import { isTruncated } from './truncated.ts'
import { apiErrorOf, type Answer, notACompletion } from '../errors/answer.ts'

/** Parses a JSON body. @throws a typed error that quotes a body that is not JSON */
export function readJson(text: string, answer: () => Answer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's error is not passed on as the cause: it quotes the body, unredacted.
    const { from = 'The server', status, redact = (quoted: string) => quoted } = answer()
    const trimmed = text.trim()
    if (trimmed === '') throw new APIConnectionError(`${from} answered ${status} with an empty body`)
    if (isTruncated(trimmed))
      throw new APIConnectionError(
        `${from} answered ${status} with a truncated body of ${text.length} characters: ${excerpt(redact(trimmed), 256)}`,
      )
    throw notACompletion({ ...answer(), body: text }, kindOf(trimmed))
  }
}

function kindOf(text: string): string {
  if (text.startsWith('<')) return 'HTML'
  return /^[[{"]/.test(text) ? 'invalid JSON' : 'text that is not JSON'
}

/**
 * Reads a completion. Fields that a server leaves out or shapes differently stay unchanged. A body that cannot be a
 * completion throws a typed error that quotes it.
 */
export function readCompletion(text: string, answer: () => Answer): Completion {
  return checkCompletion(readJson(text, answer), answer)
}

/** The same for a parsed body. */
export function checkCompletion(body: unknown, answer: () => Answer): Completion {
  if (statesError(body)) throw apiErrorOf({ ...answer(), body })
  const problem = problemOf(body)
  if (problem !== undefined) throw notACompletion({ ...answer(), body }, problem)
  return withMessages(body as Completion)
}

/**
 * Gives every choice a message, as its type promises. Some servers put it under `delta`; a withheld or cut answer may
 * have none, and gets an empty one.
 */
function withMessages(completion: Completion): Completion {
  for (const choice of completion.choices as (Choice & { delta?: Choice['message'] })[]) {
    if (choice.message) continue
    const { delta } = choice
    choice.message = { ...delta, role: 'assistant', content: delta?.content || null } // an empty delta adds no text
    delete choice.delta
  }
  return completion
}

/** A whole completion, sent in reply to a streaming request, as one chunk. */
export function chunkOf(completion: Completion): Chunk {
  const choices = completion.choices.map(({ message: { tool_calls, ...rest }, ...choice }) => {
    const calls = tool_calls?.map((call, index) => ({ index, ...call }))
    return { ...choice, delta: { ...rest, ...(calls === undefined ? {} : { tool_calls: calls }) } }
  })
  return { ...completion, object: 'chat.completion.chunk', choices } as Chunk
}

function problemOf(body: unknown): string | undefined {
  if (body === null) return 'null'
  if (Array.isArray(body)) return 'an array'
  if (!isObject(body)) return `a ${typeof body}`
  const choices = body['choices']
  if (!Array.isArray(choices)) return choices === undefined ? 'no `choices`' : '`choices` that is not an array'
  if (choices.length === 0) return 'empty `choices`'
  for (const choice of choices) {
    const problem = choiceProblem(choice)
    if (problem !== undefined) return problem
  }
  return undefined
}

function choiceProblem(choice: unknown): string | undefined {
  if (!isObject(choice)) return 'a choice that is not an object'
  const message = choice['message'] ?? choice['delta']
  if (message !== undefined && message !== null) return messageProblem(message)
  const { finish_reason: reason } = choice
  const isAbsenceStated = typeof reason === 'string' && endsWithoutMessage.has(finishOf(reason))
  return isAbsenceStated ? undefined : 'a choice without a message'
}

/**
 * Some servers leave the message out when a filter withheld it, when reasoning used up the token limit, or when the
 * server broke off. A complete answer has one.
 */
const endsWithoutMessage: ReadonlySet<Finish> = new Set(['filtered', 'truncated', 'failed'])

/** Why this cannot be a message or delta; `undefined` where it can, also in the shapes of lenient servers. */
export function messageProblem(message: unknown): string | undefined {
  if (!isObject(message)) return 'a message that is not an object'
  const { content, tool_calls: calls } = message
  const kind = typeof content
  if (kind !== 'string' && kind !== 'object' && kind !== 'undefined') return `content that is a ${kind}`
  if (calls !== undefined && calls !== null && !Array.isArray(calls)) return '`tool_calls` that is not an array'
  return undefined
}
