import { clip } from './excerpt.ts'

/**
 * One bounded line about anything that was thrown: the message, never stack or cause. Never throws itself, whatever
 * the value's getters do. @default maxLength 500
 */
export function describeError(error: unknown, maxLength = 500): string {
  const text = textOf(error).replaceAll(/\s+/g, ' ').trim()
  return clip(text || 'unknown error', maxLength)
}

function textOf(error: unknown): string {
  try {
    if (typeof error === 'string') return error.slice(0, 100_000)
    if (error === null || error === undefined) return `${String(error)} was thrown`
    if (typeof error === 'object' || typeof error === 'function') return messageOf(error)
    return `a ${typeof error} was thrown`
  } catch {
    return 'unknown error'
  }
}

function messageOf(error: object): string {
  const message: unknown = Reflect.get(error, 'message')
  if (typeof message === 'string' && message !== '') return message.slice(0, 100_000)
  const name: unknown = Reflect.get(error, 'name')
  return typeof name === 'string' && name !== '' ? name.slice(0, 1000) : 'unknown error'
}
