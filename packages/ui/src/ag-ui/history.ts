// The messages of a conversation out of its logs: what a page shows when it loads, and what a snapshot begins with.
import type { ContentPart, UserMessage } from '@toolloop/wire'
import { withoutEarlierEnds } from '../chat/live-run.ts'
import type { ReadChat } from '../chat/protocol.ts'
import { userIdOf, userMessagesAt } from '../chat/session.ts'
import { AgUiFold, type AgUiFoldOptions } from './ag-ui-fold.ts'
import type { AgUiMessage } from './messages.ts'

/** A message of the user as AG-UI's front ends keep it. */
export interface AgUiUserMessage {
  readonly id: string
  readonly role: 'user'
  readonly content: string | readonly object[]
}

type Read = Pick<ReadChat, 'session' | 'factsOf'>

/** The messages of a conversation, the user's and the agent's. `until`: the run whose answer, and what follows, is left out. */
export async function agUiMessages(
  chat: Read,
  options: AgUiFoldOptions,
  until?: string,
): Promise<(AgUiMessage | AgUiUserMessage)[]> {
  const messages: (AgUiMessage | AgUiUserMessage)[] = []
  for (const [index, { turn, runId }] of chat.session.turns.entries()) {
    messages.push(...userMessages(userMessagesAt(chat.session, index), runId))
    if (runId === until) break
    messages.push(...(await answerOf(turn, chat, options)))
  }
  return messages
}

/** The messages that the facts of one turn add up to. */
export async function answerOf(turn: number, chat: Read, options: AgUiFoldOptions): Promise<readonly AgUiMessage[]> {
  const fold = new AgUiFold(options)
  fold.push(withoutEarlierEnds(await chat.factsOf(turn)))
  return fold.messages
}

/** The last one has the id by which it is found again. */
const userMessages = (messages: readonly UserMessage[], runId: string): AgUiUserMessage[] =>
  messages.map(({ content }, index) => ({
    id: index === messages.length - 1 ? userIdOf(runId) : `${userIdOf(runId)}.${index}`,
    role: 'user',
    content: typeof content === 'string' ? content : content.flatMap(partOf),
  }))

function partOf(part: ContentPart): object[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }]
  if (part.type !== 'image_url') return []
  const { url } = part.image_url
  const [, mimeType, value] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  const source = value === undefined ? { type: 'url', value: url } : { type: 'data', value, mimeType }
  return [{ type: 'image', source }]
}
