import { clip } from './excerpt.ts'

/**
 * Describes any thrown value in one bounded line: its message, never its stack or cause. Never throws, even if a getter
 * of the value does. @default maxLength 500
 */
export function describeError(error: unknown, maxLength = 500): string {
  const text = textOf(error).replaceAll(/\s+/g, ' ').trim()
  return clip(text || 'unknown error', maxLength)
}

/** Longer messages are cut before white space is collapsed, which takes time for every character. */
const maxRead = 100_000

function textOf(error: unknown): string {
  try {
    if (typeof error === 'string') return clip(error, maxRead)
    if (error === null || error === undefined) return `${String(error)} was thrown`
    if (typeof error === 'object' || typeof error === 'function') return messageOf(error)
    return `a ${typeof error} was thrown`
  } catch {
    return 'unknown error'
  }
}

function messageOf(error: object): string {
  const message: unknown = Reflect.get(error, 'message')
  if (typeof message === 'string' && message !== '') return clip(message, maxRead)
  const name: unknown = Reflect.get(error, 'name')
  return typeof name === 'string' && name !== '' ? clip(name, 1000) : 'unknown error'
}
