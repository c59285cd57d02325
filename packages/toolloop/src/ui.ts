// Streams for front ends: apart, because a worker without a front end needs none.
export { nodeHandler, sendResponse, toRequest, UiFold } from '@toolloop/ui'
export type {
  FormatError,
  NodeRequest,
  NodeResponse,
  UiAgentData,
  UiBlockKind,
  UiChunk,
  UiFinishReason,
  UiFoldOptions,
  UiStageData,
  UiUsage,
} from '@toolloop/ui'
