// Logs of the repository's examples, written to a folder.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type Fact, memoryLog, type RunLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { fileLog } from '@toolloop/store'
import { reply, scriptedModel, text } from '@toolloop/testing'
import { z } from 'zod'
import { cashier } from '../../../../examples/approval/src/cashier.ts'
import { clerk } from '../../../../examples/crash/src/clerk.ts'
import { explorer, question } from '../../../../examples/quickstart/src/explorer.ts'
import { Folder } from '../../../../examples/quickstart/src/folder.ts'
import { scriptedExplorer } from '../../../../examples/quickstart/src/script.ts'

/** A model that names cities slowly, and a tool that starts while it still sends. */
const traveller = () =>
  agent({
    name: 'traveller',
    model: scriptedModel(
      [
        reply({ toolCalls: ['Oslo', 'Rome', 'Lima'].map((city) => ({ name: 'look_up', args: { city } })) }),
        text('All fine.'),
      ],
      { deltaSize: 3 },
    ),
    tools: [
      tool({
        name: 'look_up',
        parameters: z.object({ city: z.string() }),
        effects: 'none',
        execute: ({ city }) => `${city} is fine`,
      }),
    ],
  })

export const examples = ['approval', 'crash', 'early-dispatch', 'quickstart'] as const
export type Example = (typeof examples)[number]

/** Runs an example's agent and returns the path of its log. */
export async function logOf(example: Example, folder = mkdtempSync(join(tmpdir(), 'devtools-'))): Promise<string> {
  const path = join(folder, `${example}.jsonl`)
  await play(example, fileLog(path), folder)
  return path
}

async function play(example: Example, log: RunLog, folder: string): Promise<void> {
  switch (example) {
    case 'approval': {
      const result = await cashier.run('Pay Bob 20 and Ada 250.', { log })
      if (result.status !== 'approval') return
      const decisions = Object.fromEntries(result.requests.map(({ id }) => [id, { approve: true } as const]))
      await cashier.run(undefined, { from: log, decisions })
      return
    }
    case 'crash':
      await clerk(join(folder, 'ledger.txt')).run('Pay the invoices.', { log })
      return
    case 'early-dispatch':
      await traveller().run('How are they?', { log })
      return
    case 'quickstart': {
      const context = { folder: await Folder.open(join(import.meta.dirname, '..')) }
      await explorer({ model: scriptedModel(scriptedExplorer) }).run(question, { log, context })
    }
  }
}

/** A log of about `count` facts. */
export async function longLog(count: number): Promise<Fact[]> {
  const log = memoryLog()
  await traveller().run('How are they?', { log })
  const [start, ...rest] = log.facts
  const step = rest.filter((fact) => 'step' in fact && fact.step === 0)
  const rounds = Math.ceil(count / step.length)
  const facts = Array.from({ length: rounds }, (_, round) => step.map((fact) => renamed(fact, round))).flat()
  return [start!, ...facts].map((fact, seq) => ({ ...fact, seq, at: start!.at + seq }))
}

/** The fact as of a later step, whose calls have ids of their own. */
function renamed(fact: Fact, round: number): Fact {
  return JSON.parse(
    JSON.stringify({ ...fact, step: round }).replaceAll(/"(call_\w+)"/g, (_, id: string) => `"${id}_${round}"`),
  ) as Fact
}
