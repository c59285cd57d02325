// Streams for front ends: apart, because a worker without a front end needs none.
export { UiFold } from '@toolloop/ui'
export type {
  FormatError,
  UiAgentData,
  UiBlockKind,
  UiChunk,
  UiFinishReason,
  UiFoldOptions,
  UiStageData,
  UiUsage,
} from '@toolloop/ui'
