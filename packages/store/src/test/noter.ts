import { appendFileSync } from 'node:fs'
import { type Agent, agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import type { RunStore } from '../index.ts'

/** An agent whose tool notes in a file which runs the store keeps as running. `asks`: it waits for an approval first. */
export const noter = (runs: RunStore, file: string, asks: boolean): Agent =>
  agent({
    name: 'noter',
    model: scriptedModel(({ messages }) => (messages.at(-1)?.role === 'tool' ? text('Noted.') : call('note'))),
    tools: [
      tool({
        name: 'note',
        needsApproval: asks,
        execute: async () => {
          const { data } = await runs.list({ status: 'running' })
          appendFileSync(file, `${data.map(({ id }) => id).join(' ')}\n`)
          return 'noted'
        },
      }),
    ],
  })
