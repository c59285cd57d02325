import type { Growth } from '../chat/tape.ts'
import type { UiChunk } from './chunk.ts'

type Delta = Extract<UiChunk, { delta: string } | { inputTextDelta: string }>

/** How the parts of a UI message stream grow. */
export const uiGrowth: Growth<UiChunk> = {
  textOf: (chunk) => (isDelta(chunk) ? textOf(chunk) : undefined),
  joins: (last, next) => last.type === next.type && isDelta(last) && isDelta(next) && idOf(last) === idOf(next),
  withText: (chunk, text) =>
    !isDelta(chunk) ? chunk : 'delta' in chunk ? { ...chunk, delta: text } : { ...chunk, inputTextDelta: text },
  keyOf: (chunk) => ('data' in chunk && chunk.id !== undefined ? `${chunk.type}:${chunk.id}` : undefined),
  resets: (chunk) => chunk.type === 'reset-step',
}

const isDelta = (chunk: UiChunk): chunk is Delta => 'delta' in chunk || 'inputTextDelta' in chunk
const textOf = (chunk: Delta): string => ('delta' in chunk ? chunk.delta : chunk.inputTextDelta)
const idOf = (chunk: Delta): string => ('delta' in chunk ? chunk.id : chunk.toolCallId)
