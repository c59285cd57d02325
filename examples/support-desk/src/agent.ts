import { agent, type ChatModel, tool } from 'toolloop'
import { z } from 'zod'

export interface Order {
  readonly order: number
  readonly item: string
  readonly euros: number
}

const orders: readonly Order[] = [
  { order: 7, item: 'a reading lamp', euros: 49 },
  { order: 8, item: 'a kettle', euros: 35 },
]

/** `delay`: milliseconds that a tool takes, so that there is something to see. */
export function supportAgent(model: ChatModel | string, delay: number) {
  const findOrder = tool({
    name: 'find_order',
    description: 'Finds an order by its number',
    parameters: z.object({ order: z.number() }),
    effects: 'none',
    execute: async ({ order }, { signal }) => {
      await wait(delay, signal)
      return orders.find((one) => one.order === order) ?? `There is no order ${order}.`
    },
  })
  const refund = tool({
    name: 'refund',
    description: 'Refunds an order. A colleague must approve it first.',
    parameters: z.object({ order: z.number(), euros: z.number() }),
    needsApproval: true,
    execute: async ({ order, euros }, { signal }) => {
      await wait(delay, signal)
      return `${euros} € for order ${order} are refunded.`
    },
  })
  return agent({
    name: 'support',
    model,
    tools: [findOrder, refund],
    instructions: 'You help customers of a shop. Look an order up before you refund it. Be brief.',
  })
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
