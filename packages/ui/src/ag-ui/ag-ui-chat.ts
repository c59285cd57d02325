// AG-UI, both ways, over sessions.
import { aFunction, aText, oneOf } from '@toolloop/wire'
import { Chat, type ChatHandlers } from '../chat/chat.ts'
import { type ChatOptions, checkChatOptions } from '../chat/options.ts'
import { readChat } from '../chat/read-chat.ts'
import type { FoldedRun, Protocol, ReadChat } from '../chat/protocol.ts'
import { AgUiFold, type AgUiFoldOptions } from './ag-ui-fold.ts'
import type { AgUiEvent } from './event.ts'
import { agUiGrowth } from './growth.ts'
import { agUiMessages, type AgUiUserMessage } from './history.ts'
import type { AgUiMessage } from './messages.ts'
import { agUiBodyOf, agUiPostedIn } from './posted.ts'

type FoldOptions = Pick<AgUiFoldOptions, 'formatError' | 'toolOutput' | 'inside' | 'speaks' | 'version'>

export interface AgUiChatOptions extends ChatOptions, FoldOptions {
  /** Where the handlers are mounted: the `url` of `HttpAgent`. @default '/api/ag-ui' */
  readonly path?: string | undefined
}

/** The handlers of a chat for AG-UI. */
export interface AgUiChat extends ChatHandlers {
  /**
   * The messages of a thread, for the page that shows it: `new HttpAgent({ threadId, initialMessages })`. Does not check
   * `access`: the page does.
   */
  readonly messages: (threadId: string) => Promise<(AgUiMessage | AgUiUserMessage)[]>
}

/**
 * Handlers for front ends that speak AG-UI: `new HttpAgent({ url: '/api/ag-ui' })`. The thread is the chat.
 * @throws UsageError for invalid options
 */
export function agUiChat(options: AgUiChatOptions): AgUiChat {
  checkChatOptions('agUiChat', options, {
    path: aText,
    formatError: aFunction,
    toolOutput: aFunction,
    inside: aFunction,
    speaks: aFunction,
    version: oneOf('1.0', '0.0.59'),
  })
  const { formatError, toolOutput, inside, speaks, version, maxParts = 1_000 } = options
  const fold: FoldOptions = { formatError, toolOutput, inside, speaks, version }
  const { fetch, post, stream, stop, resume } = new Chat(agUiProtocol(fold, maxParts), {
    path: '/api/ag-ui',
    ...options,
  })
  return {
    fetch,
    post,
    stream,
    stop,
    resume,
    messages: async (threadId) => {
      const session = await options.sessions.open(threadId)
      return agUiMessages(readChat(threadId, session), { ...fold, threadId })
    },
  }
}

function agUiProtocol(options: FoldOptions, maxParts: number): Protocol<AgUiEvent> {
  return {
    growth: agUiGrowth,
    headers: {},
    done: false,
    fold: ({ chatId }) => new AgUiFold({ ...options, threadId: chatId }),
    shown: (event, run, chat) =>
      event.type === 'MESSAGES_SNAPSHOT' ? withHistory(event.messages, run, chat, options) : event,
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

/**
 * A snapshot replaces all messages of a front end. The client that posted gets its own ones back, under its own ids; what
 * it posted beside them is no business of other readers, who get those of the logs.
 */
async function withHistory(
  messages: readonly object[],
  { chatId, runId, body }: FoldedRun,
  chat: ReadChat,
  options: FoldOptions,
): Promise<AgUiEvent> {
  const posted = (body as { readonly messages: readonly { readonly id?: unknown }[] } | undefined)?.messages
  const history =
    posted?.filter(({ id }) => !String(id).startsWith(`${runId}:`)) ??
    (await agUiMessages(chat, { ...options, threadId: chatId }, runId))
  return { type: 'MESSAGES_SNAPSHOT', messages: [...history, ...messages] }
}
