// The front desk of a shop: `desk` finds out what a customer needs and hands over to `orders` or `refunds`.
import { agent, type AgentOptions, handoff, tool, user } from 'toolloop'
import { z } from 'zod'

type Settings = Pick<AgentOptions<readonly [], string, unknown>, 'model' | 'client'>

const orders = new Map([
  ['A-17', { item: 'a desk lamp', euros: 40, parcel: 'P-9', paid: true }],
  ['B-20', { item: 'two mugs', euros: 18, parcel: 'P-3', paid: true }],
])

const findOrder = tool({
  name: 'find_order',
  description: 'An order by its number',
  parameters: z.object({ number: z.string() }),
  effects: 'none',
  execute: ({ number }) => orders.get(number) ?? 'There is no such order.',
})

const trackParcel = tool({
  name: 'track_parcel',
  description: 'Where a parcel is',
  parameters: z.object({ parcel: z.string() }),
  effects: 'none',
  execute: ({ parcel }) => ({ parcel, place: 'Bergen', due: 'tomorrow' }),
})

const refund = tool({
  name: 'refund',
  description: 'Pays an order back',
  parameters: z.object({ number: z.string(), reason: z.string() }),
  effects: 'idempotent', // a second call for the same order changes nothing
  execute: ({ number }) => {
    const order = orders.get(number)
    return order ? { number, euros: order.euros } : 'There is no such order.'
  },
})

/** The desk with its specialists, all with one model. */
export function deskOf(settings: Settings) {
  const courier = agent({
    ...settings,
    name: 'courier',
    instructions: 'You work for the courier. Answer in one sentence.',
    tools: [trackParcel],
  })
  const orderDesk = agent({
    ...settings,
    name: 'orders',
    instructions:
      'You answer questions about orders. Where a parcel is, the courier knows. Hand back what is not yours.',
    tools: [findOrder, courier.asTool({ name: 'ask_courier', description: 'Asks the courier about a parcel.' })],
    handoffs: ['desk'],
  })
  const refundDesk = agent({
    ...settings,
    name: 'refunds',
    instructions: 'Pay the order back, then report it.',
    tools: [refund],
    output: z.object({ number: z.string(), euros: z.number() }),
  })
  return agent({
    ...settings,
    name: 'desk',
    instructions: 'You are the front desk of a shop. Hand over as soon as you know what the customer needs.',
    handoffs: [
      orderDesk,
      handoff(refundDesk, {
        description: 'For a customer who wants money back, once the number of the order is known.',
        parameters: z.object({ number: z.string(), reason: z.string() }),
        // Who pays back needs no small talk: the customer's words, and what the desk found out.
        filter: (messages, { args }) => [
          ...messages.filter(({ role }) => role === 'user'),
          user(`The desk: order ${args.number}, because ${args.reason}`),
        ],
      }),
    ],
  })
}
