// The AI SDK's UI message stream.
export { UiFold, type UiFoldOptions, type UiUsage } from './ai-sdk/ui-fold.ts'
export type { UiBlockKind, UiChunk, UiFinishReason } from './ai-sdk/chunk.ts'
export type { UiAgentData, UiStageData } from './ai-sdk/inside.ts'
export type { FormatError } from './http/error-text.ts'
// Node's own server, and Express.
export {
  nodeHandler,
  type NodeHandlerOptions,
  type NodeRequest,
  type NodeResponse,
  sendResponse,
  toRequest,
} from './http/node.ts'
export type { OnError } from './http/report.ts'
// Chats: the AI SDK's `useChat` over sessions.
export { uiChat, type UiChat, type UiChatOptions } from './ai-sdk/ui-chat.ts'
export { type UiMessage, uiMessageOf, uiMessages, type UiPart } from './ai-sdk/message.ts'
export type { ChatHandlers } from './chat/chat.ts'
export type { Answering, ChatOptions, ChatRequest } from './chat/options.ts'
export type { ChatPipelineOptions, ChatRunOptions, ChatSession, ChatSessions, ChatTurn } from './chat/session.ts'
export { PostError, type PostErrorCode } from './http/post-error.ts'
// AG-UI.
export { AgUiFold, type AgUiFoldOptions } from './ag-ui/ag-ui-fold.ts'
export { agUiChat, type AgUiChat, type AgUiChatOptions } from './ag-ui/ag-ui-chat.ts'
export type { AgUiEvent, AgUiInterrupt, AgUiOutcome } from './ag-ui/event.ts'
export type { AgUiUserMessage } from './ag-ui/history.ts'
export type { AgUiCall, AgUiMessage } from './ag-ui/messages.ts'
