// Random conversations with random compactions: what a session adds up to, here and in another process.
import {
  agent,
  type Agent,
  clearToolResults,
  type Compaction,
  type Decision,
  keepLast,
  summarise,
  tokenBudget,
} from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { calls, checkTranscript, scriptedModel, text } from '@toolloop/testing'
import { expect, test } from 'vitest'
import { memoryStore, sessionStore } from '../index.ts'

/** Whole numbers from 0 to below `end`, the same ones for a seed (Numerical Recipes, "An Even Quicker Generator"). */
function random(seed: number): (end: number) => number {
  let state = seed
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
}

function randomAgent(below: (end: number) => number): Agent {
  const look = tool({ name: 'look', effects: 'none', execute: () => 'x'.repeat(below(900)) })
  const pay = tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })
  let steps = below(4)
  const model = scriptedModel(() =>
    steps-- > 0
      ? calls(Array.from({ length: 1 + below(3) }, () => ({ name: below(5) === 0 ? 'pay' : 'look' })))
      : text('Done.'),
  )
  const strategies: Compaction[] = [
    clearToolResults({ over: 200 + below(300), keep: below(3), atLeast: 1 }),
    keepLast(2 + below(4), { over: 4 + below(6) }),
    summarise({
      over: 300 + below(500),
      keep: 1 + below(5),
      atLeast: 1,
      model: scriptedModel(() => text('A summary.')),
    }),
    tokenBudget(300 + below(500)),
  ]
  const compact = strategies.filter(() => below(2) === 0)
  return agent({ name: 'random', model, tools: [look, pay], compact, cycleGuard: false })
}

test('a session with compactions is the same in every process; its transcript keeps all, its messages can be sent', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const below = random(seed)
    const runs = memoryStore()
    let session = await sessionStore(runs).open('a')
    const inputs: string[] = []
    for (let step = 0; step < 8; step++) {
      const turnsBefore = session.turns
      const at = below(Math.max(1, turnsBefore.length))
      const kind = below(6)
      if (session.status === 'approval') {
        const decided = session.requests.map(({ id }): [string, Decision] => [id, { approve: below(2) === 0 }])
        if (below(4) === 0) await session.drop()
        else await session.run(randomAgent(below), undefined, { decisions: Object.fromEntries(decided) })
      } else if (kind === 0 && turnsBefore.length > 1) {
        inputs.splice(at, Infinity, `${seed}.${step}`)
        await session.run(randomAgent(below), inputs[at], { before: turnsBefore[at]!.turn })
      } else if (kind === 1 && turnsBefore.length > 1) {
        inputs.splice(at)
        session = await session.fork({ before: turnsBefore[at]!.turn })
      } else {
        inputs.push(`${seed}.${step}`)
        await session.run(randomAgent(below), inputs.at(-1))
      }
      const { messages, status, transcript, turns } = session
      const other = await sessionStore(runs).open(session.id)
      expect({ messages: other.messages, transcript: other.transcript, turns: other.turns }).toEqual({
        messages,
        transcript,
        turns,
      })
      expect(transcript.flatMap(({ role, content }) => (role === 'user' ? [content] : []))).toEqual(inputs)
      expect(turns.map((turn) => transcript[turn.at]?.content)).toEqual(inputs)
      if (messages.length > 0 && status !== 'approval') expect(checkTranscript(messages)).toBeUndefined()
    }
  }
})
