// `useChat` without React: the AI SDK's own chat and transport, over our handlers.
import {
  AbstractChat,
  type ChatInit,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  isToolUIPart,
  type UIMessage,
} from 'ai'

class State implements ChatState<UIMessage> {
  status: ChatStatus = 'ready'
  error: Error | undefined = undefined
  messages: UIMessage[]

  constructor(messages: UIMessage[] = []) {
    this.messages = messages
  }

  pushMessage(message: UIMessage): void {
    this.messages = [...this.messages, structuredClone(message)]
  }

  popMessage(): void {
    this.messages = this.messages.slice(0, -1)
  }

  replaceMessage(index: number, message: UIMessage): void {
    this.messages = this.messages.with(index, structuredClone(message))
  }

  snapshot<T>(thing: T): T {
    return structuredClone(thing)
  }
}

class HeadlessChat extends AbstractChat<UIMessage> {}

export interface HeadlessOptions extends Omit<ChatInit<UIMessage>, 'transport'> {
  /** The handlers. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly headers?: Record<string, string>
  /** Posts only the last message. */
  readonly postsLast?: boolean
}

/** A tab with this chat. */
export function useChat({ fetch, headers, messages, postsLast, ...init }: HeadlessOptions): AbstractChat<UIMessage> {
  const transport = new DefaultChatTransport<UIMessage>({
    api: 'http://a.example/api/chat',
    ...(headers && { headers }),
    ...(postsLast && {
      prepareSendMessagesRequest: ({ messages: all, ...rest }) => ({ body: { ...rest, messages: all.slice(-1) } }),
    }),
    fetch: (input, request) => fetch(new Request(input, request)),
  })
  return new HeadlessChat({ ...init, transport, state: new State(messages) })
}

/** What the last message shows, a line each. */
export function shown({ messages }: { readonly messages: readonly UIMessage[] }): string[] {
  return (messages.at(-1)?.parts ?? []).map((part) => {
    if (part.type === 'text' || part.type === 'reasoning') return `${part.type} ${part.text}`
    if (!isToolUIPart(part)) return part.type
    const result =
      part.state === 'output-available'
        ? ` ${JSON.stringify(part.output)}`
        : part.state === 'output-error'
          ? ` ${part.errorText}`
          : ''
    return `${part.type} ${part.state}${result}`
  })
}

export const requestIn = ({ messages }: { readonly messages: readonly UIMessage[] }): string =>
  messages.at(-1)?.parts.find((part) => isToolUIPart(part) && part.state === 'approval-requested' && part.approval.id)
    ? (messages
        .at(-1)
        ?.parts.filter(isToolUIPart)
        .find(({ state }) => state === 'approval-requested')?.approval?.id ?? '')
    : ''
