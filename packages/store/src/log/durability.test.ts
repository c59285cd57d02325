import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, type RunLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { fileLog, sqliteStore } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'toolloop-durability-'))
const store = sqliteStore(join(folder, 'runs.sqlite'))
afterAll(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The log, and the types of the facts whose append waited for the disk, but for the first append, which makes the file. */
function watched(log: RunLog): { log: RunLog; waited: string[] } {
  const waited: string[] = []
  const append: RunLog['append'] = (facts) => {
    const appended = log.append(facts)
    if (appended !== undefined && facts[0]!.seq > 0) waited.push(...facts.map(({ type }) => type))
    return appended
  }
  return { log: { load: () => log.load(), append }, waited }
}

describe.each([
  ['fileLog', (run: string): RunLog => fileLog(join(folder, `${run}.jsonl`))],
  ['sqliteStore', (run: string): RunLog => store.log(run)],
])("%s with sync: 'effects'", (_, open) => {
  test.each([
    ['none', false],
    ['idempotent', false],
    ['unsafe', true],
    [undefined, true],
  ] as const)('before a tool of effects %s starts, waits for the disk: %s', async (effects, waits) => {
    const { log, waited } = watched(open(`run-${effects}`))
    const model = scriptedModel([call('work', {}), text('Done.')])
    const work = tool({ name: 'work', ...(effects && { effects }), execute: () => 'worked' })
    const result = await agent({ name: 'worker', model, tools: [work] }).run('Work.', { log })
    expect(result.status).toBe('done')
    expect(waited.filter((type) => type === 'tool.start' || type === 'run.done')).toEqual(
      waits ? ['tool.start', 'run.done'] : ['run.done'],
    )
    const start = (await log.load()).find(({ type }) => type === 'tool.start')
    expect(start).toMatchObject({ name: 'work' })
    expect(start).toHaveProperty('idempotencyKey')
    expect((start as { effects?: string }).effects).toBe(waits ? undefined : effects)
  })
})
