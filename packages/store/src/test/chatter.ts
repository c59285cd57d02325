// A session of five turns, in each of which an agent pays once. Its payments are lines in a file.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Agent, agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import type { Session, SessionStore } from '../index.ts'
import { opened } from './payer.ts'

export const turns = 5

/** Pays once in each turn, when the file `gate` is there. */
export function chatter(effects: string, gate?: string): Agent {
  const pay = tool({
    name: 'pay',
    execute: async (_, { idempotencyKey }) => {
      if (gate !== undefined) await opened(gate)
      appendFileSync(effects, `${idempotencyKey}\n`)
      await sleep(1)
      return 'paid'
    },
  })
  const model = scriptedModel(({ messages }) => (messages.at(-1)?.role === 'tool' ? text('It is paid.') : call('pay')))
  return agent({ name: 'chatter', model, tools: [pay] })
}

/** Goes on with the session until it has all turns. A payment with an unknown outcome is not made again. */
export async function converse(store: SessionStore, effects: string): Promise<Session> {
  const session = await store.open('chat')
  const paying = chatter(effects)
  for (;;) {
    const isPending = session.status === 'interrupted' || session.status === 'approval'
    if (!isPending && session.turns.length === turns) return session
    const decisions = Object.fromEntries(session.requests.map(({ id }) => [id, { approve: false } as const]))
    const { started, result } = isPending
      ? session.stream(paying, undefined, { decisions })
      : session.stream(paying, `Turn ${session.turns.length}`)
    await started
    await result
  }
}
