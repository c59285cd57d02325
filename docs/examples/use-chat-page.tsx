import { useChat } from '@ai-sdk/react'
import {
  DefaultChatTransport,
  getToolName,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
} from 'ai'
import type { ReactNode } from 'react'

// #region page
export function ChatPage({ id, initialMessages }: { id: string; initialMessages: UIMessage[] }): ReactNode {
  const { messages, sendMessage, addToolApprovalResponse } = useChat({
    id,
    messages: initialMessages,
    resume: true,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  })
  return (
    <main>
      {messages.flatMap(({ parts }) =>
        parts.map((part, at) => {
          if (part.type === 'text') return <p key={at}>{part.text}</p>
          if (!isToolUIPart(part) || part.state !== 'approval-requested') return null
          const { id: request } = part.approval
          return (
            <button key={at} onClick={() => void addToolApprovalResponse({ id: request, approved: true })}>
              Approve {getToolName(part)}
            </button>
          )
        }),
      )}
      <form
        action={(form) => {
          const text = form.get('text')
          if (typeof text === 'string') void sendMessage({ text })
        }}
      >
        <input name="text" />
      </form>
    </main>
  )
}
// #endregion

// #region transport
export const lastMessageOnly = new DefaultChatTransport<UIMessage>({
  prepareSendMessagesRequest: ({ messages, ...rest }) => ({ body: { ...rest, messages: messages.slice(-1) } }),
})
// #endregion
