// The AI SDK's UI message stream.
export { UiFold, type UiFoldOptions, type UiUsage } from './ai-sdk/ui-fold.ts'
export type { UiBlockKind, UiChunk, UiFinishReason } from './ai-sdk/chunk.ts'
export type { UiAgentData, UiStageData } from './ai-sdk/inside.ts'
export type { FormatError } from './http/error-text.ts'
