// The body of a request as text. A history grows by a message or two a step: the rest need not be written again.
import { isDeepFrozen } from '@toolloop/wire'

/** As `JSON.stringify`, with each message and tool that is deeply frozen written once and then remembered. */
export function serialize(body: object): string {
  const { messages, tools } = body as { messages?: unknown; tools?: unknown }
  return hasFrozen(messages) || hasFrozen(tools) ? withRemembered(body) : JSON.stringify(body)
}

function hasFrozen(list: unknown): boolean {
  return Array.isArray(list) && list.some(Object.isFrozen)
}

function withRemembered(body: object): string {
  const { messages, tools, ...rest } = body as { messages?: unknown; tools?: unknown }
  const lists = [listText('tools', tools), listText('messages', messages)].filter((text) => text !== '')
  const text = JSON.stringify(rest)
  return text === '{}' ? `{${lists.join(',')}}` : `${text.slice(0, -1)},${lists.join(',')}}`
}

function listText(name: string, list: unknown): string {
  if (list === undefined) return ''
  return `"${name}":${Array.isArray(list) ? `[${list.map(itemText).join(',')}]` : JSON.stringify(list)}`
}

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return JSON.stringify(item) ?? 'null'
  const known = texts.get(item)
  if (known !== undefined) return known
  const text = JSON.stringify(item) ?? 'null'
  if (isDeepFrozen(item)) texts.set(item, text)
  return text
}

const texts = new WeakMap<object, string>()
