import type { EventSource } from '@toolloop/client'

/** Reads to the result; drops the events. */
export async function drain<Outcome>(events: EventSource<unknown, Outcome>): Promise<Outcome> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
  }
}
