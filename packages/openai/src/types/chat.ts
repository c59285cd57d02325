// The types of a request, under the peer's names. Most are aliases of the wire's own types.
import type {
  AllowedTools,
  AssistantMessage,
  AudioParams,
  AudioPart,
  CompletionParams,
  ContentPart,
  CustomDefinition,
  CustomToolCall,
  DeveloperMessage,
  FilePart,
  FunctionDefinition as FunctionTool,
  FunctionMessage,
  FunctionToolCall,
  ImagePart,
  RefusalPart,
  ResponseFormat,
  StreamOptions,
  SystemMessage,
  TextPart,
  ToolMessage,
  UserMessage,
} from '@toolloop/wire'

export type ChatModel = string
export type Metadata = Record<string, string>
export type ReasoningEffort = NonNullable<CompletionParams['reasoning_effort']> | null
export type ChatCompletionReasoningEffort = ReasoningEffort
export type ChatCompletionModality = 'text' | 'audio'
export type ChatCompletionRole = 'developer' | 'system' | 'user' | 'assistant' | 'tool' | 'function'

// Messages.
export type ChatCompletionDeveloperMessageParam = DeveloperMessage
export type ChatCompletionSystemMessageParam = SystemMessage
export type ChatCompletionUserMessageParam = UserMessage
export type ChatCompletionToolMessageParam = ToolMessage
export type ChatCompletionFunctionMessageParam = FunctionMessage
export type ChatCompletionAssistantMessageParam = AssistantMessage
export type ChatCompletionMessageParam =
  | ChatCompletionDeveloperMessageParam
  | ChatCompletionSystemMessageParam
  | ChatCompletionUserMessageParam
  | ChatCompletionAssistantMessageParam
  | ChatCompletionToolMessageParam
  | ChatCompletionFunctionMessageParam

// Content parts.
export type ChatCompletionContentPart = ContentPart
export type ChatCompletionContentPartText = TextPart
export type ChatCompletionContentPartImage = ImagePart
export type ChatCompletionContentPartInputAudio = AudioPart
export type ChatCompletionContentPartFile = FilePart
export type ChatCompletionContentPartRefusal = RefusalPart

// Tools.
export type FunctionDefinition = FunctionTool['function']
export type FunctionParameters = Record<string, unknown>
export type ChatCompletionFunctionTool = FunctionTool
export type ChatCompletionCustomTool = CustomDefinition
export type ChatCompletionTool = ChatCompletionFunctionTool | ChatCompletionCustomTool
export type ChatCompletionAllowedTools = AllowedTools['allowed_tools']
export type ChatCompletionAllowedToolChoice = AllowedTools
export interface ChatCompletionNamedToolChoice {
  type: 'function'
  function: { name: string }
}
export interface ChatCompletionNamedToolChoiceCustom {
  type: 'custom'
  custom: { name: string }
}
export type ChatCompletionToolChoiceOption =
  | 'none'
  | 'auto'
  | 'required'
  | ChatCompletionAllowedToolChoice
  | ChatCompletionNamedToolChoice
  | ChatCompletionNamedToolChoiceCustom
export interface ChatCompletionFunctionCallOption {
  name: string
}
export type ChatCompletionMessageFunctionToolCall = FunctionToolCall
export type ChatCompletionMessageCustomToolCall = CustomToolCall
export type ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall

// Further parameters.
export type ChatCompletionAudioParam = AudioParams
export type ChatCompletionStreamOptions = StreamOptions
export type ChatCompletionPredictionContent = NonNullable<CompletionParams['prediction']>
export type ResponseFormatText = Extract<ResponseFormat, { type: 'text' }>
export type ResponseFormatJSONObject = Extract<ResponseFormat, { type: 'json_object' }>
export type ResponseFormatJSONSchema = Extract<ResponseFormat, { type: 'json_schema' }>

export interface ChatCompletionCreateParamsBase extends Omit<CompletionParams, 'prompt_cache_retention'> {
  prompt_cache_retention?: 'in_memory' | '24h' | null
}
export interface ChatCompletionCreateParamsNonStreaming extends ChatCompletionCreateParamsBase {
  stream?: false | null
}
export interface ChatCompletionCreateParamsStreaming extends ChatCompletionCreateParamsBase {
  stream: true
}
export type ChatCompletionCreateParams = ChatCompletionCreateParamsNonStreaming | ChatCompletionCreateParamsStreaming
export type ChatCompletionParseParams = ChatCompletionCreateParamsNonStreaming
export type ChatCompletionStreamParams = Omit<ChatCompletionCreateParamsBase, 'stream'> & { stream?: true }

// Stored completions.
export interface ChatCompletionUpdateParams {
  metadata: Metadata | null
}
export interface CursorPageParams {
  after?: string
  limit?: number
}
export interface MessageListParams extends CursorPageParams {
  order?: 'asc' | 'desc'
}
export interface ChatCompletionListParams extends CursorPageParams {
  metadata?: Metadata | null
  model?: string
  order?: 'asc' | 'desc'
}
