// The agent. Nothing here knows of an engine: the same file runs in one process.
import { appendFileSync, readFileSync } from 'node:fs'
import { type Agent, agent, type Client, tool } from 'toolloop'
import { z } from 'zod'

export interface Settings {
  readonly client: Client
  readonly model: string
  /** The courier's book: a line for each parcel that was booked, with the key of its call and who booked it. */
  readonly book: string
  readonly worker: string
}

/** Books the parcels of an order with a courier, who charges for each. */
export function dispatcher({ client, model, book, worker }: Settings): Agent {
  const parcels = tool({
    name: 'parcels',
    description: 'The parcels of an order',
    parameters: z.object({ order: z.string() }),
    effects: 'none',
    execute: ({ order }) => [`${order}-a`, `${order}-b`],
  })
  const bookCourier = tool({
    name: 'book_courier',
    description: 'Books the courier for a parcel. It cannot be taken back.',
    parameters: z.object({ parcel: z.string() }),
    execute: async ({ parcel }, { idempotencyKey }) => {
      appendFileSync(book, `${idempotencyKey} ${worker}\n`)
      await new Promise((resolve) => setTimeout(resolve, 40)) // booked; the confirmation takes a moment
      return `booked ${parcel}`
    },
  })
  return agent({
    name: 'dispatcher',
    client,
    model,
    instructions: 'Book the courier for each parcel of the order, then answer with the number of parcels.',
    tools: [parcels, bookCourier],
  })
}

export interface Booking {
  /** The key of the call: run, step and call id. */
  readonly key: string
  readonly worker: string
}

export const bookingsIn = (book: string): Booking[] =>
  readFileSync(book, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [key = '', worker = ''] = line.split(' ')
      return { key, worker }
    })
