import { expect, it } from 'vitest'
import { answering, commandsOverStops, overtaken, waiting } from '../../engine/src/test/commands-over-stops.ts'
import { restateMissing, startRestate } from '../../../scripts/services/restate.ts'
import { client, serve } from './index.ts'

it.skipIf(restateMissing)(
  `a command is accepted when the run has it, and rejected as ended otherwise, whenever its worker stops${restateMissing ? ` (${restateMissing})` : ''}`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const restate = await startRestate()
    stack.defer(() => restate.stop())
    const first = await serve([answering], { port: 0, admin: restate.admin })
    await first.stop()
    const port = Number(new URL(first.url).port)
    const sent = await commandsOverStops(client(restate.ingress), () =>
      serve([answering], { port, maxRetryInterval: 100 }),
    )
    expect(sent.filter(({ answer, isInFacts }) => isInFacts !== (answer === 'accepted'))).toEqual([])
    expect(new Set(sent.map(({ answer }) => answer))).toEqual(new Set(['accepted', 'ended']))
    const last = await serve([answering, waiting], { port, admin: restate.admin })
    stack.defer(() => last.stop())
    expect(await overtaken(client(restate.ingress))).toMatchObject({ name: 'EngineError', problem: 'ended' })
  },
  180_000,
)
