// The logs of the examples can be replayed by the current agents, and forked at every step and call.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fork, readRun, replay } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { expect, it } from 'vitest'
import { clerk } from '../../crash/src/clerk.ts'
import { cashier } from './cashier.ts'

const nodeOf = (program: string, ...args: readonly string[]) => {
  const path = join(import.meta.dirname, program)
  return spawnSync(process.execPath, ['--conditions=@toolloop/source', path, ...args], { encoding: 'utf8' })
}

it.each([
  [
    'approval',
    (file: string) => ['ask.ts', 'decide.ts'].map((program) => nodeOf(program, file).status),
    cashier,
    { approve: true },
  ],
  [
    'crash',
    (file: string) => ['2', ''].map((crashAt) => nodeOf('../../crash/src/pay.ts', join(file, '..'), crashAt).signal),
    clerk(join(tmpdir(), 'ledger-of-forks.txt')),
    { result: 'paid' },
  ],
] as const)(
  'the log of %s',
  async (_title, write, agent, decision) => {
    const file = join(mkdtempSync(join(tmpdir(), 'replay-')), 'run.jsonl')
    expect(write(file)).toContain(_title === 'crash' ? 'SIGKILL' : 0)
    const log = fileLog(file)
    expect((await replay(log, agent)).status).toBe('done')
    const { steps } = await readRun(log)
    const places = steps.flatMap(({ step, calls }) => [step, ...calls.map(({ callId }) => callId)])
    expect(places.length).toBeGreaterThan(3)
    for (const before of places) {
      const forked = await fork(log, { before })
      const result = await agent.run(undefined, { from: forked, approver: () => decision })
      expect([before, result.status]).toEqual([before, 'done'])
      expect((await replay(forked, agent)).status).toBe('done')
    }
  },
  60_000,
)
