import type { ToolCall } from '@toolloop/wire'

export const nameOf = (call: ToolCall): string => (call.type === 'custom' ? call.custom.name : call.function.name)
/** What the model wrote: JSON for a function, free text for a custom tool. */
export const argumentsOf = (call: ToolCall): string =>
  call.type === 'custom' ? call.custom.input : call.function.arguments

/** Whether the arguments are certainly complete under a token limit. Free text may be cut without a trace. */
export function isWhole(call: ToolCall): boolean {
  if (call.type === 'custom') return false
  try {
    const value: unknown = JSON.parse(call.function.arguments)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * The id of a call that the server sent without one: nine characters `[a-zA-Z0-9]`, which the strictest server accepts.
 * It is a hash of run, step, position and attempt, so that a replay makes the same id.
 */
export function mintCallId(run: string, step: number, position: number, attempt = 0): string {
  const text = `${run}/${step}/${position}/${attempt}`
  let id = ''
  for (let word = 0; id.length < 9; word++) {
    let hash = 0x811c9dc5 ^ word
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0
    for (let digit = 0; digit < 5 && id.length < 9; digit++, hash = Math.floor(hash / 62)) id += alphabet[hash % 62]
  }
  return id
}
