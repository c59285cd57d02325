// A log that an earlier version wrote: every later one loads it, says the same of it, and goes on from it.
import { readFileSync } from 'node:fs'
import { tool } from '@toolloop/schema'
import { scriptedModel, text } from '@toolloop/testing'
import { describe as suite, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, describe, type Fact, memoryLog, readRun, replay } from '../index.ts'

const facts = readFileSync(new URL('../test/logs/version-1.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Fact)

const cashier = agent({
  name: 'cashier',
  model: scriptedModel([text('{"total":7}')]),
  tools: [
    tool({ name: 'read', parameters: z.object({ id: z.string() }), effects: 'none', execute: () => 'never' }),
    tool({ name: 'pay', parameters: z.object({ amount: z.number() }), needsApproval: true, execute: () => 'never' }),
  ],
  instructions: 'Pay.',
  output: { schema: z.object({ total: z.number() }), mode: 'native' },
})

suite('a log of format 1', () => {
  it('is read', async () => {
    const reading = await readRun(facts)
    expect(reading).toMatchObject({ runId: 'run-1', agent: 'cashier', status: 'done', requests: [] })
    expect(reading.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Pay the invoice.'],
      ['assistant', 'One moment.'],
      ['tool', 'read r'],
      ['tool', 'Run with these arguments instead: {"amount":100}\npaid 100'],
      ['tool', expect.stringContaining('id')],
      ['assistant', '{"total":100}'],
    ])
    expect(await describe(facts)).toContain('c2 is approved with {"amount":100}')
  })

  it('is replayed', async () => {
    expect((await replay(facts, cashier)).output).toEqual({ total: 100 })
  })

  it('goes on, without breaking the prompt', async () => {
    const result = await cashier.run('And now?', { from: memoryLog(facts) })
    expect(result).toMatchObject({ status: 'done', output: { total: 7 }, prefix: { requests: 3, breaks: [] } })
  })
})
