// The way back: the messages that `useChat` posts → new input and decisions. Everything else in them must be what the
// server gave, and is not used.
import type { ApprovalRequest, Decision } from '@toolloop/core'
import type { ContentPart, UserMessage } from '@toolloop/wire'
import { newOnly, type Posted, type PostedInput, type ReadChat, resumable } from '../chat/protocol.ts'
import { type ChatTurn, userIdOf, userMessagesAt } from '../chat/session.ts'
import { PostError } from '../http/post-error.ts'
import { isPublicUrl } from '../http/public-url.ts'
import { isSame } from './same-json.ts'
import type { UiFoldOptions } from './ui-fold.ts'
import { uiMessageOf, type UiMessage, type UiPart } from './message.ts'

export interface PostedBody {
  readonly id: string | undefined
  readonly messages: readonly UiMessage[]
  readonly trigger: string | undefined
  /** The message that is regenerated, or the user's message that is edited. */
  readonly messageId: string | undefined
}

/** Checks the form of a body. @throws PostError `post_malformed`, `post_too_large` */
export function bodyOf(body: unknown, maxParts: number): PostedBody {
  const { id, messages, trigger, messageId } = recordOf(body, 'The body')
  if (!Array.isArray(messages)) throw malformed('`messages` must be a list')
  let parts = 0
  const read = messages.map((one: unknown, index) => {
    const message = recordOf(one, `messages[${index}]`)
    if (typeof message['id'] !== 'string' || !Array.isArray(message['parts']))
      throw malformed(`messages[${index}] must have an \`id\` and \`parts\``)
    if (message['role'] !== 'user' && message['role'] !== 'assistant')
      throw new PostError('post_history', `messages[${index}] is of a role that only the server may give.`)
    parts += 1 + message['parts'].length
    if (parts > maxParts) throw new PostError('post_too_large', `The messages have more than ${maxParts} parts.`)
    const list = message['parts'].map((part: unknown, at) => {
      const { type, ...rest } = recordOf(part, `messages[${index}].parts[${at}]`)
      if (typeof type !== 'string') throw malformed(`messages[${index}].parts[${at}] must have a \`type\``)
      return { ...rest, type }
    })
    return { id: message['id'], role: message['role'], parts: list } satisfies UiMessage
  })
  return { id: textOr(id), messages: read, trigger: textOr(trigger), messageId: textOr(messageId) }
}

/** What the front end asks for. @throws PostError */
export async function postedIn(body: PostedBody, chat: ReadChat, options: UiFoldOptions): Promise<Posted> {
  const decisions = await checkedHistory(body.messages, chat, options)
  const last = chat.session.turns.at(-1)
  const asked = await askedIn(body.messages, chat)
  if (body.trigger === 'regenerate-message') {
    if (!asked)
      throw new PostError('post_nothing', 'There is no message of the user whose answer could be regenerated.')
    const { index, messageId } = asked
    // A run that did not come to an answer goes on.
    if (index === chat.session.turns.length - 1 && last && resumable.has(last.status))
      return { kind: 'resume', whole: true }
    if (index !== undefined) return replacing(index, messageId, userMessagesAt(chat.session, index), chat)
  }
  const input = asked && (await newInput(asked, body, chat))
  if (Object.keys(decisions).length > 0) return { kind: 'decisions', decisions, next: newOnly(input) }
  if (input) return input
  // `useChat` adds what follows to the message that it has.
  return last?.status === 'interrupted' ? { kind: 'resume', whole: false } : { kind: 'nothing' }
}

/** The user's messages at the end of a post. */
interface Asked {
  /** The id of the last one. */
  readonly messageId: string
  /** The place in `turns` of the turn that the last known one began; `undefined`: none is known. */
  readonly index: number | undefined
  /** Those behind the known one. */
  readonly added: readonly UiMessage[]
  readonly last: UiMessage
}

async function askedIn(messages: readonly UiMessage[], chat: ReadChat): Promise<Asked | undefined> {
  const own = messages.slice(messages.findLastIndex(({ role }) => role !== 'user') + 1)
  const last = own.at(-1)
  if (!last) return undefined
  for (let at = own.length - 1; at >= 0; at--) {
    const index = await turnOf(own[at]!.id, chat)
    if (index !== -1) return { messageId: last.id, index, added: own.slice(at + 1), last }
  }
  return { messageId: last.id, index: undefined, added: own, last }
}

/** The place in `turns` of the turn that a message of the user began; -1: none. */
async function turnOf(messageId: string, chat: ReadChat): Promise<number> {
  const { turns } = chat.session
  const own = await chat.runIdOf(messageId)
  for (const [index, { turn, runId }] of turns.entries()) {
    if (runId === own || userIdOf(runId) === messageId) return index
    const replaces = turn > (turns[index - 1]?.turn ?? -1) + 1
    if (replaces && runId === (await chat.runIdOf(messageId, turn))) return index
  }
  return -1
}

async function newInput(
  { messageId, index, added, last }: Asked,
  body: PostedBody,
  chat: ReadChat,
): Promise<PostedInput | undefined> {
  if (added.length > 0 || index === undefined)
    return { kind: 'input', messages: added.map(userMessage), runId: await chat.runIdOf(messageId) }
  const { turns } = chat.session
  const edited = userMessage(last)
  const before = userMessagesAt(chat.session, index)
  if (body.messageId === messageId && !isSame(edited, before.at(-1)))
    return replacing(index, messageId, [...before.slice(0, -1), edited], chat)
  // Sent again while its run goes on, or has just ended: the same run.
  if (index === turns.length - 1) return { kind: 'input', messages: [], runId: turns[index]!.runId }
  throw new PostError('post_nothing', 'The message was answered before.')
}

/** A turn that takes the place of another one and of those after it. */
async function replacing(
  index: number,
  messageId: string,
  messages: readonly UserMessage[],
  chat: ReadChat,
): Promise<PostedInput> {
  const { turns } = chat.session
  const next = turns.at(-1)!.turn + 1
  return { kind: 'input', messages, runId: await chat.runIdOf(messageId, next), before: turns[index]!.turn }
}

function userMessage({ parts }: UiMessage): UserMessage {
  const content = parts.flatMap((part): ContentPart[] => {
    if (part.type === 'text') return [{ type: 'text', text: textOf(part, 'text') }]
    return part.type === 'file' ? [filePart(part)] : []
  })
  const [first] = content
  if (!first) throw malformed('a message of the user needs a part `text` or `file`')
  return { role: 'user', content: content.length === 1 && first.type === 'text' ? first.text : content }
}

/** Only what the message carries itself, or the public web: other URLs would make the model's server fetch them. */
function filePart(part: UiPart): ContentPart {
  const url = textOf(part, 'url')
  const mediaType = textOf(part, 'mediaType')
  const isData = /^data:/i.test(url)
  if (!isData && !isPublicUrl(url)) throw malformed('the `url` of a file must be a data URL, or https on a public host')
  if (/^image(?:\/|$)/i.test(mediaType)) return { type: 'image_url', image_url: { url } }
  if (!isData) throw malformed('a file that is no image must be a data URL')
  const filename = textOr(part['filename'])
  return { type: 'file', file: { file_data: url, ...(filename !== undefined && { filename }) } }
}

/** Compares the posted messages of the agent with the logs. Returns the decisions on pending requests in them. */
async function checkedHistory(
  messages: readonly UiMessage[],
  chat: ReadChat,
  options: UiFoldOptions,
): Promise<Record<string, Decision>> {
  const decisions = new Map<string, Decision>()
  const answers = new Map<string, UiMessage>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    const turn = chat.session.turns.find(({ runId }) => runId === message.id)
    if (!turn) throw forged('a message')
    const given =
      answers.get(turn.runId) ?? uiMessageOf(await chat.factsOf(turn.turn), { ...options, messageId: turn.runId })
    answers.set(turn.runId, given)
    for (const part of message.parts) {
      const decision = checkedPart(part, given.parts, pendingAt(turn, chat), turn.status === 'interrupted')
      if (decision) decisions.set(...decision)
    }
  }
  return Object.fromEntries(decisions)
}

const pendingAt = (turn: ChatTurn, { session }: ReadChat): readonly ApprovalRequest[] =>
  turn.turn === session.turns.at(-1)?.turn ? session.requests : []

/** @throws PostError for a part that the server did not give. Returns a decision on a pending request. */
function checkedPart(
  part: UiPart,
  given: readonly UiPart[],
  pending: readonly ApprovalRequest[],
  isInterrupted: boolean,
): [id: string, decision: Decision] | undefined {
  if (part.type === 'text' || part.type === 'reasoning') {
    const text = textOf(part, 'text')
    const isGiven = given.some((one) => one.type === part.type && String(one['text']).includes(text))
    // A process that died has logged less than it has sent.
    if (!isGiven && !isInterrupted) throw forged('a text')
    return undefined
  }
  if (part.type === 'source-url' || part.type === 'file') {
    if (!given.some((one) => one.type === part.type && one['url'] === part['url'])) throw forged('a source or a file')
    return undefined
  }
  if (!part.type.startsWith('tool-') && part.type !== 'dynamic-tool') return undefined // display only, and never used
  const own = given.find((one) => one['toolCallId'] === part['toolCallId'] && one.type === part.type)
  if (part['state'] === 'input-streaming' && !own) return undefined // it broke off
  if (!own) throw forged('a call')
  return checkedCall(part, own, pending)
}

function checkedCall(
  part: UiPart,
  own: UiPart,
  pending: readonly ApprovalRequest[],
): [id: string, decision: Decision] | undefined {
  const { state } = part
  if (state !== 'input-streaming' && 'input' in own && !isSame(part['input'], own['input'])) throw forged('an input')
  switch (state) {
    case 'input-streaming':
    case 'input-available':
      return undefined
    case 'approval-requested':
      if (approvalOf(part).id !== approvalOf(own).id) throw forged('a request')
      return undefined
    case 'approval-responded':
      return decided(part, own, pending)
    case 'output-available':
      if (own['state'] === state && isSame(part['output'], own['output'])) return undefined
      return answered(part, pending, part['output'])
    case 'output-error':
      if (own['state'] === state && part['errorText'] === own['errorText']) return undefined
      return answered(part, pending, `Error: ${textOf(part, 'errorText')}`)
    case 'output-denied':
      if (own['state'] !== state) throw forged('a result')
      return undefined
    default:
      throw malformed('a call has an unknown state')
  }
}

function decided(
  part: UiPart,
  own: UiPart,
  pending: readonly ApprovalRequest[],
): [id: string, decision: Decision] | undefined {
  const { id, approved, reason } = approvalOf(part)
  if (typeof approved !== 'boolean') throw malformed('`approval.approved` must be true or false')
  if (id === undefined || id !== approvalOf(own).id) throw forged('a request')
  if (pending.some((one) => one.id === id))
    return [id, approved ? { approve: true } : { approve: false, ...(reason !== undefined && { reason }) }]
  // The same decision again has no effect; another one comes too late.
  const was = approvalOf(own).approved ?? own['state'] !== 'output-denied'
  if (was !== approved) throw new PostError('post_history', 'The request was decided differently before.')
  return undefined
}

/** The result of a call that only the front end can execute, or the answer to a question of a tool. */
function answered(
  part: UiPart,
  pending: readonly ApprovalRequest[],
  output: unknown,
): [id: string, decision: Decision] {
  const request = pending.find(
    ({ path, callId }) => (path === '' ? callId : `${path}/${callId}`) === part['toolCallId'],
  )
  if (request?.kind === 'external')
    return [request.id, { result: typeof output === 'string' ? output : (JSON.stringify(output) ?? '') }]
  if (request?.kind === 'input') return [request.id, { input: output }]
  throw forged('a result')
}

interface Approval {
  readonly id?: string | undefined
  readonly approved?: unknown
  readonly reason?: string | undefined
}

function approvalOf({ approval }: UiPart): Approval {
  if (typeof approval !== 'object' || approval === null) return {}
  const { id, approved, reason } = approval as Record<string, unknown>
  return { id: textOr(id), approved, reason: textOr(reason) }
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(`${what} must be an object`)
}

function textOf(part: UiPart, field: string): string {
  const value = part[field]
  if (typeof value === 'string') return value
  throw malformed(`the \`${field}\` of a part \`${part.type.slice(0, 40)}\` must be a text`)
}

const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const malformed = (what: string): PostError => new PostError('post_malformed', `The request is malformed: ${what}.`)

const forged = (what: string): PostError =>
  new PostError('post_history', `The request holds ${what} that the server did not give. Load the messages again.`)
