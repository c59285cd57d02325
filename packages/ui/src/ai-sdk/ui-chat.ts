// The AI SDK's `useChat`, both ways, over sessions.
import { aFunction, aText } from '@toolloop/wire'
import { Chat, type ChatHandlers } from '../chat/chat.ts'
import { type ChatOptions, checkChatOptions } from '../chat/options.ts'
import type { Protocol } from '../chat/protocol.ts'
import type { UiChunk } from './chunk.ts'
import { uiGrowth } from './growth.ts'
import { type UiMessage, uiMessages } from './message.ts'
import { bodyOf, postedIn } from './posted.ts'
import { UiFold, type UiFoldOptions } from './ui-fold.ts'

export interface UiChatOptions extends ChatOptions, Omit<UiFoldOptions, 'messageId'> {
  /** Where the handlers are mounted: the `api` of `useChat`. @default '/api/chat' */
  readonly path?: string | undefined
}

/** The handlers of a chat for `useChat`. */
export interface UiChat extends ChatHandlers {
  /** The messages of a chat, for the page that shows it: `useChat({ id, messages })`. Does not check `access`: the page does. */
  readonly messages: (chatId: string) => Promise<UiMessage[]>
}

/**
 * Handlers for the AI SDK's `useChat`: `app.all('/api/chat/*', (c) => chat.fetch(c.req.raw))`. The conversation is kept by
 * `sessions`; a client that comes back reads on from the log.
 * @throws UsageError for invalid options
 */
export function uiChat(options: UiChatOptions): UiChat {
  checkChatOptions('uiChat', options, {
    path: aText,
    formatError: aFunction,
    toolOutput: aFunction,
    inside: aFunction,
    speaks: aFunction,
    metadata: aFunction,
  })
  const { formatError, toolOutput, inside, speaks, metadata } = options
  const fold: UiFoldOptions = { formatError, toolOutput, inside, speaks, metadata }
  const { fetch, post, stream, stop, resume } = new Chat(uiProtocol(fold, options.maxParts ?? 1_000), options)
  return {
    fetch,
    post,
    stream,
    stop,
    resume,
    messages: async (chatId) => uiMessages(await options.sessions.open(chatId), fold),
  }
}

function uiProtocol(fold: UiFoldOptions, maxParts: number): Protocol<UiChunk> {
  return {
    growth: uiGrowth,
    headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
    done: true,
    fold: () => new UiFold(fold),
    chatIn: (body) => {
      const { id } = (body ?? {}) as { readonly id?: unknown }
      return typeof id === 'string' ? id : undefined
    },
    read: async (body, chat) => postedIn(bodyOf(body, maxParts), chat, fold),
    endOf: (chunk) =>
      chunk.type === 'abort' || (chunk.type === 'finish' && chunk.finishReason !== 'tool-calls')
        ? 'end'
        : chunk.type === 'finish'
          ? 'pause'
          : undefined,
    continues: (first) => (first?.type === 'start' ? [first] : []),
  }
}
