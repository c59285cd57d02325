// The parts of the AI SDK's UI message stream (npm `ai` 7, `uiMessageChunkSchema`) that a run can produce.

/** One part of a UI message stream. */
export type UiChunk =
  | { readonly type: 'start'; readonly messageId: string; readonly messageMetadata?: unknown }
  | { readonly type: 'start-step' | 'finish-step' | 'reset-step' }
  | { readonly type: UiBlockType<'start'> | UiBlockType<'end'>; readonly id: string }
  | { readonly type: UiBlockType<'delta'>; readonly id: string; readonly delta: string }
  | {
      readonly type: 'tool-input-start'
      readonly toolCallId: string
      readonly toolName: string
      /** `text`: the input of a custom tool, which is not JSON. */
      readonly inputEncoding?: 'text'
    }
  | { readonly type: 'tool-input-delta'; readonly toolCallId: string; readonly inputTextDelta: string }
  | {
      readonly type: 'tool-input-available'
      readonly toolCallId: string
      readonly toolName: string
      readonly input: unknown
    }
  | {
      readonly type: 'tool-input-error'
      readonly toolCallId: string
      readonly toolName: string
      readonly input: unknown
      readonly errorText: string
    }
  | {
      readonly type: 'tool-approval-request'
      readonly approvalId: string
      readonly toolCallId: string
      readonly reason?: string
    }
  | {
      readonly type: 'tool-approval-response'
      readonly approvalId: string
      readonly approved: boolean
      readonly reason?: string
    }
  | { readonly type: 'tool-output-available'; readonly toolCallId: string; readonly output: unknown }
  | { readonly type: 'tool-output-error'; readonly toolCallId: string; readonly errorText: string }
  | { readonly type: 'tool-output-denied'; readonly toolCallId: string }
  | { readonly type: 'source-url'; readonly sourceId: string; readonly url: string; readonly title?: string }
  | { readonly type: 'file'; readonly url: string; readonly mediaType: string }
  | { readonly type: 'steering-message'; readonly id: string; readonly parts: { type: 'text'; text: string }[] }
  | {
      readonly type: `data-${string}`
      readonly id?: string
      readonly data: unknown
      /** Only for display: it does not become a part of the message. */
      readonly transient?: true
    }
  | { readonly type: 'error'; readonly errorText: string }
  | { readonly type: 'abort' }
  | { readonly type: 'message-metadata'; readonly messageMetadata: unknown }
  | { readonly type: 'finish'; readonly finishReason: UiFinishReason; readonly messageMetadata?: unknown }

export type UiBlockKind = 'text' | 'reasoning'
type UiBlockType<Verb extends string> = `${UiBlockKind}-${Verb}`

export type UiFinishReason = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'interrupted' | 'other'
