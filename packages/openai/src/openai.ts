// `OpenAI`: the peer's client, with its options, environment and errors.
import { Client } from '@toolloop/client'
import type { ClientOptions as OwnOptions } from '@toolloop/transport'
import { Completions } from './completions.ts'
import * as Errors from './errors/errors.ts'
import {
  type ApiKeySetter,
  type ClientOptions,
  type ClientState,
  type Fetch,
  type Logger,
  type LogLevel,
  ownClientOptions,
  stateOf,
} from './http/client-options.ts'
import type { Connection } from './http/connection.ts'
import type { FetchOptions, RequestOptions } from './http/request-options.ts'
import { refuse, uncovered, uncoveredBeta } from './uncovered.ts'
import type * as Names from './types/names.ts'
import type {
  ChatCompletion,
  ChatCompletionAllowedToolChoice,
  ChatCompletionAllowedTools,
  ChatCompletionAssistantMessageParam,
  ChatCompletionAudio,
  ChatCompletionAudioParam,
  ChatCompletionChunk,
  ChatCompletionContentPart,
  ChatCompletionContentPartImage,
  ChatCompletionContentPartInputAudio,
  ChatCompletionContentPartRefusal,
  ChatCompletionContentPartText,
  ChatCompletionCreateParams,
  ChatCompletionCreateParamsBase,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionCustomTool,
  ChatCompletionDeleted,
  ChatCompletionDeveloperMessageParam,
  ChatCompletionFunctionCallOption,
  ChatCompletionFunctionMessageParam,
  ChatCompletionFunctionTool,
  ChatCompletionListParams,
  ChatCompletionMessage,
  ChatCompletionMessageCustomToolCall,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
  ChatCompletionModality,
  ChatCompletionNamedToolChoice,
  ChatCompletionNamedToolChoiceCustom,
  ChatCompletionParseParams,
  ChatCompletionPredictionContent,
  ChatCompletionReasoningEffort,
  ChatCompletionRole,
  ChatCompletionStoreMessage,
  ChatCompletionStreamOptions,
  ChatCompletionStreamParams,
  ChatCompletionSystemMessageParam,
  ChatCompletionTokenLogprob,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
  ChatCompletionToolMessageParam,
  ChatCompletionUpdateParams,
  ChatCompletionUserMessageParam,
  ChatModel,
  CompletionUsage,
  CursorPageParams,
  FunctionDefinition,
  FunctionParameters,
  MessageListParams,
  Metadata,
  ParsedChatCompletion,
  ParsedChatCompletionMessage,
  ParsedChatCompletionMessageToolCall,
  ParsedChoice,
  ParsedFunction,
  ParsedFunctionToolCall,
  ReasoningEffort,
  ResponseFormatJSONObject,
  ResponseFormatJSONSchema,
  ResponseFormatText,
} from './types/names.ts'

/** `client.chat`. */
export interface Chat {
  readonly completions: Completions
}

/**
 * A client for chat completions. Settings that change later (`baseURL`, `apiKey`, …) apply from the next request on.
 * @throws OpenAIError without a key, and in a browser without `dangerouslyAllowBrowser`
 */
export class OpenAI {
  apiKey: string | null
  organization: string | null
  project: string | null
  baseURL: string
  timeout: number
  maxRetries: number
  logger: Logger | undefined
  logLevel: LogLevel
  fetch: Fetch | undefined
  fetchOptions: FetchOptions | undefined
  readonly chat: Chat
  readonly beta: { readonly chat: Chat }
  readonly #options: ClientOptions
  readonly #keyOf: ApiKeySetter | undefined
  #made: Made | undefined

  constructor(options: ClientOptions = {}) {
    const state = stateOf(options)
    this.#options = options
    this.#keyOf = typeof state.apiKey === 'function' ? state.apiKey : undefined
    this.apiKey = typeof state.apiKey === 'string' ? state.apiKey : null
    this.organization = state.organization
    this.project = state.project
    this.baseURL = state.baseURL
    this.timeout = state.timeout
    this.maxRetries = state.maxRetries
    this.logger = state.logger
    this.logLevel = state.logLevel
    this.fetch = state.fetch
    this.fetchOptions = state.fetchOptions
    const client = (model?: string): Client => this.#client(model)
    const timeoutOf = (): number => this.timeout
    const connection: Connection = {
      client,
      get timeout() {
        return timeoutOf()
      },
    }
    this.chat = Object.freeze({ completions: new Completions(connection) })
    this.beta = Object.freeze(refused({ chat: this.chat }))
  }

  /** Another client with some options changed. */
  withOptions(options: Partial<ClientOptions>): this {
    const { baseURL, maxRetries, timeout, logger, logLevel, fetch, fetchOptions, organization, project } = this
    const inherited = { baseURL, maxRetries, timeout, logger, logLevel, fetch, fetchOptions, organization, project }
    const Class = this.constructor as new (options: ClientOptions) => this
    return new Class({ ...this.#options, ...inherited, apiKey: this.#keyOf ?? this.apiKey, ...options })
  }

  /** @internal Changes the options for servers with other addresses, such as Azure. */
  addressed(own: OwnOptions, _model: string | undefined): OwnOptions {
    return own
  }

  /** @internal The key of our client for this model: one client for each address. */
  addressKey(_model: string | undefined): string {
    return ''
  }

  #client(model: string | undefined): Client {
    const made = this.#made && isSame(this.#made.state, this) ? this.#made : this.#renew()
    const key = this.addressKey(model)
    const known = made.clients.get(key)
    if (known) return known
    const client = new Client(this.addressed(ownClientOptions(made.state, this.#options), model))
    made.clients.set(key, client)
    return client
  }

  #renew(): Made {
    const { organization, project, baseURL, timeout, maxRetries, logger, logLevel, fetch, fetchOptions } = this
    const state: ClientState = {
      apiKey: this.#keyOf ?? this.apiKey ?? undefined,
      organization,
      project,
      baseURL,
      timeout,
      maxRetries,
      logger,
      logLevel,
      fetch,
      fetchOptions,
    }
    this.#made = { state, clients: new Map() }
    return this.#made
  }

  static OpenAI: typeof OpenAI = this
  static DEFAULT_TIMEOUT = 600_000
  static OpenAIError: typeof Errors.OpenAIError = Errors.OpenAIError
  static APIError: typeof Errors.APIError = Errors.APIError
  static APIConnectionError: typeof Errors.APIConnectionError = Errors.APIConnectionError
  static APIConnectionTimeoutError: typeof Errors.APIConnectionTimeoutError = Errors.APIConnectionTimeoutError
  static APIUserAbortError: typeof Errors.APIUserAbortError = Errors.APIUserAbortError
  static NotFoundError: typeof Errors.NotFoundError = Errors.NotFoundError
  static ConflictError: typeof Errors.ConflictError = Errors.ConflictError
  static RateLimitError: typeof Errors.RateLimitError = Errors.RateLimitError
  static BadRequestError: typeof Errors.BadRequestError = Errors.BadRequestError
  static AuthenticationError: typeof Errors.AuthenticationError = Errors.AuthenticationError
  static InternalServerError: typeof Errors.InternalServerError = Errors.InternalServerError
  static PermissionDeniedError: typeof Errors.PermissionDeniedError = Errors.PermissionDeniedError
  static UnprocessableEntityError: typeof Errors.UnprocessableEntityError = Errors.UnprocessableEntityError
  static Completions: typeof Completions = Completions

  static {
    refuse(this.prototype, uncovered, 'client')
  }
}

/** Our clients for one state of this client, by `addressKey`. */
interface Made {
  readonly state: ClientState
  readonly clients: Map<string, Client>
}

/** Compares the settings that a request depends on. */
function isSame(state: ClientState, client: OpenAI): boolean {
  return (
    state.baseURL === client.baseURL &&
    (client.apiKey === null || state.apiKey === client.apiKey) &&
    state.organization === client.organization &&
    state.project === client.project &&
    state.timeout === client.timeout &&
    state.maxRetries === client.maxRetries &&
    state.logger === client.logger &&
    state.logLevel === client.logLevel &&
    state.fetch === client.fetch &&
    state.fetchOptions === client.fetchOptions
  )
}

function refused<T extends object>(group: T): T {
  refuse(group, uncoveredBeta, 'client.beta')
  return group
}

// oxlint-disable-next-line typescript/no-namespace -- the peer's types are reached through its class; this holds types alone
export declare namespace OpenAI {
  export type { RequestOptions }
  export type {
    ChatCompletion,
    ChatCompletionAllowedToolChoice,
    ChatCompletionAllowedTools,
    ChatCompletionAssistantMessageParam,
    ChatCompletionAudio,
    ChatCompletionAudioParam,
    ChatCompletionChunk,
    ChatCompletionContentPart,
    ChatCompletionContentPartImage,
    ChatCompletionContentPartInputAudio,
    ChatCompletionContentPartRefusal,
    ChatCompletionContentPartText,
    ChatCompletionCreateParams,
    ChatCompletionCreateParamsBase,
    ChatCompletionCreateParamsNonStreaming,
    ChatCompletionCreateParamsStreaming,
    ChatCompletionCustomTool,
    ChatCompletionDeleted,
    ChatCompletionDeveloperMessageParam,
    ChatCompletionFunctionCallOption,
    ChatCompletionFunctionMessageParam,
    ChatCompletionFunctionTool,
    ChatCompletionListParams,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCall,
    ChatCompletionModality,
    ChatCompletionNamedToolChoice,
    ChatCompletionNamedToolChoiceCustom,
    ChatCompletionParseParams,
    ChatCompletionPredictionContent,
    ChatCompletionReasoningEffort,
    ChatCompletionRole,
    ChatCompletionStoreMessage,
    ChatCompletionStreamOptions,
    ChatCompletionStreamParams,
    ChatCompletionSystemMessageParam,
    ChatCompletionTokenLogprob,
    ChatCompletionTool,
    ChatCompletionToolChoiceOption,
    ChatCompletionToolMessageParam,
    ChatCompletionUpdateParams,
    ChatCompletionUserMessageParam,
    ChatModel,
    CompletionUsage,
    CursorPageParams,
    FunctionDefinition,
    FunctionParameters,
    MessageListParams,
    Metadata,
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChatCompletionMessageToolCall,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
    ReasoningEffort,
    ResponseFormatJSONObject,
    ResponseFormatJSONSchema,
    ResponseFormatText,
  }
  export namespace Chat {
    export type { Names as Completions }
    export type {
      ChatCompletion,
      ChatCompletionAllowedToolChoice,
      ChatCompletionAllowedTools,
      ChatCompletionAssistantMessageParam,
      ChatCompletionAudio,
      ChatCompletionAudioParam,
      ChatCompletionChunk,
      ChatCompletionContentPart,
      ChatCompletionContentPartImage,
      ChatCompletionContentPartInputAudio,
      ChatCompletionContentPartRefusal,
      ChatCompletionContentPartText,
      ChatCompletionCreateParams,
      ChatCompletionCreateParamsBase,
      ChatCompletionCreateParamsNonStreaming,
      ChatCompletionCreateParamsStreaming,
      ChatCompletionCustomTool,
      ChatCompletionDeleted,
      ChatCompletionDeveloperMessageParam,
      ChatCompletionFunctionCallOption,
      ChatCompletionFunctionMessageParam,
      ChatCompletionFunctionTool,
      ChatCompletionListParams,
      ChatCompletionMessage,
      ChatCompletionMessageCustomToolCall,
      ChatCompletionMessageFunctionToolCall,
      ChatCompletionMessageParam,
      ChatCompletionMessageToolCall,
      ChatCompletionModality,
      ChatCompletionNamedToolChoice,
      ChatCompletionNamedToolChoiceCustom,
      ChatCompletionParseParams,
      ChatCompletionPredictionContent,
      ChatCompletionReasoningEffort,
      ChatCompletionRole,
      ChatCompletionStoreMessage,
      ChatCompletionStreamOptions,
      ChatCompletionStreamParams,
      ChatCompletionSystemMessageParam,
      ChatCompletionTokenLogprob,
      ChatCompletionTool,
      ChatCompletionToolChoiceOption,
      ChatCompletionToolMessageParam,
      ChatCompletionUpdateParams,
      ChatCompletionUserMessageParam,
      ChatModel,
      CompletionUsage,
      CursorPageParams,
      FunctionDefinition,
      FunctionParameters,
      MessageListParams,
      Metadata,
      ParsedChatCompletion,
      ParsedChatCompletionMessage,
      ParsedChatCompletionMessageToolCall,
      ParsedChoice,
      ParsedFunction,
      ParsedFunctionToolCall,
      ReasoningEffort,
      ResponseFormatJSONObject,
      ResponseFormatJSONSchema,
      ResponseFormatText,
    }
  }
}
