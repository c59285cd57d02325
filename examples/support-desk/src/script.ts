// What the model answers when there is no real one.
import { call, type Reply, text } from '@toolloop/testing'
import type { Message, ModelRequest } from 'toolloop'

const pace = { deltaSize: 4, delay: 15 }

export function script({ messages }: Pick<ModelRequest, 'messages'>): Reply {
  const last = messages.at(-1)!
  const said = typeof last.content === 'string' ? last.content : ''
  if (last.role === 'tool') return afterTool(messages, said)
  const order = Number(/\d+/.exec(said)?.[0] ?? NaN)
  if (/refund|money back/i.test(said) && order) return call('find_order', { order }, pace)
  return text('Hello! Tell me the number of your order, and what is wrong with it. Try “Please refund order 7.”', pace)
}

/** Refunds the order that was found; answers the customer after that, or when nothing was found. */
function afterTool(messages: readonly Message[], result: string): Reply {
  const found = /"order":(\d+).*"euros":(\d+)/.exec(result)
  if (found) return call('refund', { order: Number(found[1]), euros: Number(found[2]) }, pace)
  if (result.includes('refunded')) return text(`Done: ${result} Is there anything else?`, pace)
  return text(messages.length > 3 ? 'I am sorry, a colleague has declined the refund.' : result, pace)
}
