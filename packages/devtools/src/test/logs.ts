// Logs for the tests of the command and the page.
import { agent, type Fact, memoryLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { reply, scriptedModel, text } from '@toolloop/testing'
import { z } from 'zod'

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

export const factsIn = (lines: string): Fact[] =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fact)
