// Reasoning as servers send it: text in one of three fields, or blocks.
import type { Bounds } from '../limits/bounds.ts'
import { append, growField, replaceField } from '../json/merge.ts'
import { isEmpty, isObject, text } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'

/** Fields that carry the reasoning as text. */
export type ReasoningField = 'reasoning_content' | 'reasoning' | 'reasoning_text'

/** The reasoning text of a message or a delta; several fields hold the same text. `''` where there is none. */
export function reasoningOf(message: object): string {
  const { reasoning_content, reasoning, reasoning_text }: Partial<Record<ReasoningField, unknown>> = message
  return text(reasoning_content) || text(reasoning) || text(reasoning_text)
}

/**
 * Joins the pieces of reasoning blocks: the same `index`, or else the same type and id, is one block. `text`,
 * `summary` and `data` grow, other fields are replaced. Blocks of different types may share an index.
 */
export function mergeReasoningDetails(blocks: JsonObject[], pieces: readonly unknown[], bounds: Bounds): void {
  for (const piece of pieces) {
    if (!isObject(piece)) continue
    const block = blocks.findLast((candidate) => isSameBlock(candidate, piece))
    if (block === undefined) {
      bounds.listItems(blocks.length + 1)
      append(blocks, piece, bounds)
    } else
      for (const [key, value] of Object.entries(piece))
        if (key === 'text' || key === 'summary' || key === 'data') growField(block, key, value, bounds)
        else replaceField(block, key, value, bounds)
  }
}

function isSameBlock(block: JsonObject, piece: JsonObject): boolean {
  const agrees = (key: string): boolean => isEmpty(piece[key]) || isEmpty(block[key]) || piece[key] === block[key]
  if (Number.isFinite(piece['index'])) return piece['index'] === block['index'] && agrees('type') && agrees('id')
  return typeof block['index'] !== 'number' && piece['type'] === block['type'] && piece['id'] === block['id']
}
