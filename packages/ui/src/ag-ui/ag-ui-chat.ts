// AG-UI, both ways, over sessions.
import { aFunction, aText, oneOf } from '@toolloop/wire'
import { Chat, type ChatHandlers } from '../chat/chat.ts'
import { type ChatOptions, checkChatOptions } from '../chat/options.ts'
import type { Protocol } from '../chat/protocol.ts'
import { AgUiFold, type AgUiFoldOptions } from './ag-ui-fold.ts'
import type { AgUiEvent } from './event.ts'
import { agUiGrowth } from './growth.ts'
import { agUiBodyOf, agUiPostedIn } from './posted.ts'

type FoldOptions = Pick<AgUiFoldOptions, 'formatError' | 'toolOutput' | 'inside' | 'version'>

export interface AgUiChatOptions extends ChatOptions, FoldOptions {
  /** Where the handlers are mounted: the `url` of `HttpAgent`. @default '/api/ag-ui' */
  readonly path?: string | undefined
}

/**
 * Handlers for front ends that speak AG-UI: `new HttpAgent({ url: '/api/ag-ui' })`. The thread is the chat.
 * @throws UsageError for invalid options
 */
export function agUiChat(options: AgUiChatOptions): ChatHandlers {
  checkChatOptions('agUiChat', options, {
    path: aText,
    formatError: aFunction,
    toolOutput: aFunction,
    inside: aFunction,
    version: oneOf('1.0', '0.0.59'),
  })
  const { formatError, toolOutput, inside, version, maxParts = 1_000 } = options
  const fold: FoldOptions = { formatError, toolOutput, inside, version }
  return new Chat(agUiProtocol(fold, maxParts), { path: '/api/ag-ui', ...options })
}

function agUiProtocol(options: FoldOptions, maxParts: number): Protocol<AgUiEvent> {
  return {
    growth: agUiGrowth,
    headers: {},
    done: false,
    fold: ({ chatId, body }) => {
      const { messages } = (body ?? {}) as { readonly messages?: readonly object[] }
      return new AgUiFold({ ...options, threadId: chatId, history: messages })
    },
    chatIn: (body) => {
      const { threadId } = (body ?? {}) as { readonly threadId?: unknown }
      return typeof threadId === 'string' ? threadId : undefined
    },
    read: async (body, chat) => agUiPostedIn(agUiBodyOf(body, maxParts), chat, options),
    endOf: (event) =>
      event.type === 'RUN_ERROR'
        ? 'end'
        : event.type === 'RUN_FINISHED'
          ? event.outcome?.type === 'interrupt'
            ? 'pause'
            : 'end'
          : undefined,
    continues: (first) => (first?.type === 'RUN_STARTED' ? [first] : []),
  }
}
