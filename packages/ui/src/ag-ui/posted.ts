// The way back: AG-UI's `RunAgentInput` → new input and decisions. Everything else must be what the server gave.
import { type ApprovalRequest, type Decision, isToolDone } from '@toolloop/core'
import type { ContentPart, UserMessage } from '@toolloop/wire'
import { newOnly, type Posted, type PostedInput, type ReadChat, resumable } from '../chat/protocol.ts'
import { PostError } from '../http/post-error.ts'
import { isPublicUrl } from '../http/public-url.ts'
import { userIdOf, userMessagesAt } from '../chat/session.ts'
import { isSame } from '../ai-sdk/same-json.ts'
import type { AgUiFoldOptions } from './ag-ui-fold.ts'
import { answerOf } from './history.ts'
import type { AgUiMessage } from './messages.ts'

type Fields = Readonly<Record<string, unknown>>

/** A body whose form is right. */
export interface AgUiBody {
  readonly threadId: string
  /** The front end's own id of the run: a new one for each run that it starts. */
  readonly runId: string
  readonly messages: readonly Fields[]
  readonly resume: readonly Fields[]
}

/** Checks the form of a body. @throws PostError `post_malformed`, `post_too_large` */
export function agUiBodyOf(body: unknown, maxParts: number): AgUiBody {
  const { threadId, runId = '', messages, resume = [] } = fieldsOf(body, 'The body')
  if (typeof threadId !== 'string' || typeof runId !== 'string') throw malformed('`threadId` and `runId` must be texts')
  if (!Array.isArray(messages) || !Array.isArray(resume)) throw malformed('`messages` and `resume` must be lists')
  let parts = resume.length
  const read = messages.map((one: unknown, index) => {
    const message = fieldsOf(one, `messages[${index}]`)
    const { id, role, content, toolCalls } = message
    if (typeof id !== 'string' || typeof role !== 'string')
      throw malformed(`messages[${index}] must have an \`id\` and a \`role\``)
    parts += 1 + lengthOf(content) + lengthOf(toolCalls)
    if (parts > maxParts) throw new PostError('post_too_large', `The messages have more than ${maxParts} parts.`)
    return message
  })
  return { threadId, runId, messages: read, resume: resume.map((one: unknown, at) => fieldsOf(one, `resume[${at}]`)) }
}

/** What the front end asks for. @throws PostError */
export async function agUiPostedIn(
  body: AgUiBody,
  chat: ReadChat,
  options: Omit<AgUiFoldOptions, 'threadId'>,
): Promise<Posted> {
  const pending = chat.session.requests
  const decisions = new Map<string, Decision>(body.resume.map((one) => resumed(one, pending)))
  for (const answer of await checkedHistory(body, chat, options)) decisions.set(...answer)
  const input = await newInput(body, chat)
  if (decisions.size > 0)
    return {
      kind: 'decisions',
      decisions: Object.fromEntries(decisions),
      next: input?.kind === 'input' ? newOnly(input) : undefined,
    }
  if (input) return input
  return chat.session.turns.at(-1)?.status === 'interrupted' ? { kind: 'resume', whole: true } : { kind: 'nothing' }
}

function resumed(
  { interruptId, status, payload }: Fields,
  pending: readonly ApprovalRequest[],
): [id: string, decision: Decision] {
  const request = pending.find(({ id }) => id === interruptId)
  if (!request) throw new PostError('post_history', 'The decision is on a request that is not pending.')
  const { id, kind } = request
  if (status === 'cancelled') return [id, { approve: false, reason: 'Cancelled by the user.' }]
  if (status !== 'resolved') throw malformed('`status` of a resumed request must be `resolved` or `cancelled`')
  if (kind === 'input') return [id, { input: payload ?? null }]
  if (kind === 'external')
    return [id, { result: typeof payload === 'string' ? payload : JSON.stringify(payload ?? null) }]
  const { approved, reason } = fieldsOf(payload, 'The `payload` of a resumed request')
  if (typeof approved !== 'boolean') throw malformed('`payload.approved` must be true or false')
  if (approved) return [id, { approve: true }]
  return [id, { approve: false, ...(typeof reason === 'string' && { reason }) }]
}

/** @throws PostError for what the server did not give. Returns the results of calls that the front end executed. */
async function checkedHistory(
  { threadId, messages }: AgUiBody,
  chat: ReadChat,
  options: Omit<AgUiFoldOptions, 'threadId'>,
): Promise<[id: string, decision: Decision][]> {
  const answers: [id: string, decision: Decision][] = []
  const folds = new Map<string, readonly AgUiMessage[]>()
  const givenBy = async (id: string): Promise<readonly AgUiMessage[]> => {
    const turn = chat.session.turns.find(({ runId }) => id.startsWith(`${runId}:`))
    if (!turn) return []
    const known = folds.get(turn.runId)
    if (known) return known
    const given = await answerOf(turn.turn, chat, { ...options, threadId })
    folds.set(turn.runId, given)
    return given
  }
  for (const message of messages) {
    const { id, role, content, toolCallId } = message
    if (role === 'assistant')
      checkAnswer(
        message,
        (await givenBy(String(id))).find((one) => one.id === id),
      )
    if (role !== 'tool') continue
    const given = (await givenBy(String(id))).find((one) => one.id === id)
    if (given?.content === content && given?.toolCallId === toolCallId) continue
    // The front end has executed it, under an id of its own.
    const request = chat.session.requests.find((one) => one.path === '' && one.callId === toolCallId)
    if (request?.kind === 'external' && typeof content === 'string') answers.push([request.id, { result: content }])
    else if (!(await isAnswered(toolCallId, content, chat))) throw forged('a result')
  }
  return answers
}

/** Was this the result of the call that a front end executed earlier? */
async function isAnswered(toolCallId: unknown, content: unknown, chat: ReadChat): Promise<boolean> {
  for (const { turn } of chat.session.turns)
    for (const fact of await chat.factsOf(turn))
      if (isToolDone(fact) && fact.callId === toolCallId && fact.reason === 'answered' && fact.content === content)
        return true
  return false
}

function checkAnswer(message: Fields, given: AgUiMessage | undefined): void {
  const { content, toolCalls } = message
  if (!given) throw forged('a message')
  if (typeof content === 'string' && !(given.content ?? '').includes(content)) throw forged('a text')
  if (content !== undefined && content !== null && typeof content !== 'string')
    throw malformed('the content of an answer must be a text')
  if (!Array.isArray(toolCalls)) return
  for (const call of toolCalls as unknown[]) {
    const { id, function: called } = fieldsOf(call, 'A call')
    const { name, arguments: text } = fieldsOf(called, 'The function of a call')
    const own = given.toolCalls?.find((one) => one.id === id)
    if (own?.function.name !== name || own?.function.arguments !== text) throw forged('a call')
  }
}

/**
 * The user messages at the end, as one turn. AG-UI has no request of its own to regenerate: a list that ends with a
 * message that was answered, under another `runId`, or with another content, asks for another answer to it.
 */
async function newInput({ messages, runId }: AgUiBody, chat: ReadChat): Promise<Posted | undefined> {
  const { session } = chat
  const from = messages.findLastIndex(({ role }) => role === 'assistant' || role === 'tool') + 1
  const own = messages.slice(from).filter(({ role }) => role === 'user')
  const last = own.at(-1)
  if (!last) return undefined
  const messageId = String(last['id'])
  const started = `${await chat.runIdOf(messageId)}-${(await chat.runIdOf(runId)).slice(0, 8)}`
  const known = await lastKnown(own, chat)
  const added = own.slice(known.at + 1).map(userMessage)
  const turn = session.turns[known.index]
  if (!turn || added.length > 0) return { kind: 'input', messages: added, runId: started }
  const before = userMessagesAt(session, known.index)
  const sent = userMessage(last)
  const replacing = (replaced: readonly UserMessage[]): PostedInput => ({
    kind: 'input',
    messages: replaced,
    // Not the id of a run that was replaced before: keys of effects are made of it.
    runId: `${started}-${session.turns.at(-1)!.turn + 1}`,
    before: turn.turn,
  })
  if (!isSame(sent, before.at(-1))) return replacing([...before.slice(0, -1), sent])
  // The same request again, or one while its run goes on or waits: the same run.
  const isLast = known.index === session.turns.length - 1
  const isSameRun = turn.runId === started || turn.runId.startsWith(`${started}-`)
  if (isSameRun || (isLast && ['running', 'approval'].includes(turn.status)))
    return { kind: 'input', messages: [], runId: turn.runId }
  if (isLast && resumable.has(turn.status)) return { kind: 'resume', whole: true }
  return replacing(before)
}

/** The last of these messages that began a turn: its place here, and that of the turn; -1: none. */
async function lastKnown(own: readonly Fields[], chat: ReadChat): Promise<{ at: number; index: number }> {
  for (let at = own.length - 1; at >= 0; at--) {
    const id = String(own[at]?.['id'])
    const hash = await chat.runIdOf(id)
    const index = chat.session.turns.findIndex(
      ({ runId }) => runId === hash || runId.startsWith(`${hash}-`) || userIdOf(runId) === id,
    )
    if (index !== -1) return { at, index }
  }
  return { at: -1, index: -1 }
}

const userMessage = (message: Fields): UserMessage => ({ role: 'user', content: contentOf(message['content']) })

function contentOf(content: unknown): UserMessage['content'] {
  if (typeof content === 'string') return content
  if (!Array.isArray(content) || content.length === 0)
    throw malformed('the content of a user message must be a text or parts')
  return content.map((one: unknown): ContentPart => {
    const { type, text, source } = fieldsOf(one, 'A part')
    if (type === 'text' && typeof text === 'string') return { type: 'text', text }
    if (type !== 'image')
      throw new PostError('post_unsupported', 'Only texts and images are supported in user messages.')
    const { type: from, value, mimeType } = fieldsOf(source, 'The source of an image')
    if (from === 'data' && typeof value === 'string' && /^image\/[\w.+-]+$/i.test(String(mimeType)))
      return { type: 'image_url', image_url: { url: `data:${String(mimeType)};base64,${value}` } }
    if (from === 'url' && typeof value === 'string' && isPublicUrl(value))
      return { type: 'image_url', image_url: { url: value } }
    throw malformed('an image must be data with the `mimeType` of an image, or an https URL on a public host')
  })
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw malformed(`${what} must be an object`)
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0)
const malformed = (what: string): PostError => new PostError('post_malformed', `The request is malformed: ${what}.`)
const forged = (what: string): PostError =>
  new PostError('post_history', `The request holds ${what} that the server did not give. Load the messages again.`)
