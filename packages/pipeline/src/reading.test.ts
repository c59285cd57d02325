// The log of a pipeline, read without the pipeline: `readRun`, `describe`, `logger`.
import { agent, describe as described, type Fact, fork, logger, memoryLog, readRun, replay } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { gate, map, parallel, pipe } from './index.ts'

const look = tool({ name: 'look', effects: 'none', execute: () => 'seen' })
const inner = agent({
  name: 'inner',
  model: scriptedModel((request) =>
    toolResults(request).length > 0 ? text('ok') : calls([{ name: 'look', args: {}, id: 'l1' }]),
  ),
  tools: [look],
})
const outer = agent({
  name: 'outer',
  model: scriptedModel((request) =>
    toolResults(request).length > 0 ? text('fine') : call('ask', { input: 'x' }, { id: 'c1' }),
  ),
  tools: [inner.asTool({ name: 'ask', description: 'Asks.' })],
})
const review = pipe(
  parallel({ a: inner, b: outer }),
  ({ a, b }: { a: string; b: string }) => [a, b],
  map(gate(inner)),
  (answers: string[]) => answers.join(),
).named('review')

async function paused() {
  const log = memoryLog()
  return { log, result: await review.run('go', { log }) }
}

describe('the log of a pipeline', () => {
  it('is read at every fact, and agrees with the result of the run', async () => {
    const { log, result } = await paused()
    if (result.status !== 'approval') throw new Error(result.status)
    const decisions = Object.fromEntries(result.requests.map(({ id }) => [id, { approve: true } as const]))
    const first = await readRun(log)
    expect(first).toMatchObject({ agent: 'review', status: 'approval', usage: result.usage, timing: result.timing })
    expect(first.requests).toEqual(result.requests)
    const done = await review.run(undefined, { from: log, decisions })
    for (let length = 1; length <= log.facts.length; length++)
      expect((await readRun(log.facts.slice(0, length))).timeline).toHaveLength(length)
    const last = await readRun(log)
    expect(last).toMatchObject({ status: 'done', requests: [], usage: done.usage })
    expect(last.children.map(({ path, agent: name, status }) => [path, name, status])).toEqual([
      ['parallel/a', 'inner', 'done'],
      ['parallel/b', 'outer', 'done'],
      ['inner[0]/inner', 'inner', 'done'],
      ['inner[1]/inner', 'inner', 'done'],
    ])
    expect(last.children[1]?.children.map(({ path }) => path)).toEqual(['parallel/b/0:c1'])
  })

  it('does not offer the request of a stage that was cut', async () => {
    const { log } = await paused()
    const cut = { ...log.facts.at(-1), seq: log.facts.length, type: 'stage.cut', stage: 'inner' } as unknown as Fact
    expect((await readRun([...log.facts, cut])).requests).toEqual([])
  })

  it('is described with the paths of its stages', async () => {
    const lines = (await described((await paused()).log)).split('\n').map((line) => line.replace(/^ *[\d.]+ s {2}/, ''))
    expect(lines).toEqual(
      expect.arrayContaining([
        'run.start  "go"',
        'stage parallel/a  starts',
        'parallel/b/0:c1  run.done  done: ok',
        'stage stage-2  returns ["ok","fine"]',
        'stage inner[0]  waits (approval): "ok"',
        'run.pause  waits for decisions',
      ]),
    )
  })

  it('is written to a terminal as a tree', async () => {
    const written: string[] = []
    const log = logger({ write: (part) => written.push(part) })
    for (const fact of (await paused()).log.facts) log(fact)
    const lines = written
      .join('')
      .replaceAll(/\d+ ms/g, 'N ms')
      .split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        '    parallel/b outer begins',
        '      parallel/b/0:c1 inner begins',
        '      parallel/b/0:c1   ✓ look N ms seen',
        '    parallel/b done fine',
        '  ✓ stage-2 N ms ["ok","fine"]',
        '  ? inner[0]("ok") waits for a decision',
        'paused: waits for decisions',
      ]),
    )
  })

  it('is neither replayed nor forked: these are for agents', async () => {
    const { log } = await paused()
    const remedy = 'To go on with a pipeline, run it with `from`.'
    await expect(replay(log, inner)).rejects.toThrow(
      `The log is of the pipeline \`review\`; only the log of an agent can be replayed. ${remedy}`,
    )
    await expect(fork(log, { before: 0 })).rejects.toThrow('only the log of an agent can be forked')
  })
})
