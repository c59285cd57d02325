// What a server asks before it answers 200: has the run begun?
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { agent, memoryLog, type RunEvent, type RunLog } from '../index.ts'

const add = tool({ name: 'add', execute: () => 3 })
const make = (options = {}) => {
  const model = scriptedModel([call('add'), text('Three.')])
  const one = agent({ name: 'a', model, tools: [add] })
  return { model, one, stream: one.stream('1 + 2?', options) }
}
const typesOf = async (events: AsyncIterable<{ readonly type: string; readonly seq?: number }>): Promise<string[]> => {
  const types: string[] = []
  for await (const event of events) if (event.seq !== undefined) types.push(event.type)
  return types
}
const whole = ['run.start', 'step.start', 'step.done', 'tool.start', 'tool.done', 'step.start', 'step.done', 'run.done']

describe('`started`', () => {
  it('settles when the first fact is logged; nothing is sent, and the stream is read from its beginning', async () => {
    const log = memoryLog()
    const { model, stream } = make({ log })
    await stream.started
    expect(log.facts.map((fact) => fact.type)).toEqual(['run.start'])
    expect(model.requests).toHaveLength(0)
    expect(await typesOf(stream)).toEqual(whole)
    await stream.started
  })

  it.each(['before', 'after'])('settles also when it is read %s a drain', async (when) => {
    const { stream } = make()
    if (when === 'before') await stream.started
    const types: string[] = []
    stream.on('run.start', (event) => types.push(event.type))
    expect((await stream.result).status).toBe('done')
    await stream.started
    expect(types).toEqual(['run.start'])
  })

  it.each([
    ['a log that refuses', { load: () => [], append: () => Promise.reject(new Error('disk full')) }, 'disk full'],
    ['a log that cannot be read', { load: () => Promise.reject(new Error('gone')), append: () => {} }, 'gone'],
  ] as readonly (readonly [string, RunLog, string])[])(
    'rejects with what prevented it: %s',
    async (_title, log, message) => {
      const { model, stream } = make({ log })
      await expect(stream.started).rejects.toThrow(message)
      await expect(stream.result).rejects.toThrow(message)
      await expect(make({ log }).stream.started).rejects.toThrow(message)
      expect(model.requests).toHaveLength(0)
    },
  )

  it('rejects for a log of another run, and leaves it alone', async () => {
    const log = memoryLog()
    const { one } = make()
    await one.run('1 + 2?', { log })
    const before = [...log.facts]
    await expect(one.stream('2 + 2?', { log }).started).rejects.toThrow(/ended as `done`/)
    expect(log.facts).toEqual(before)
  })

  it('lets go of the log when the stream is not read but disposed of', async () => {
    const log = memoryLog()
    const { stream, one } = make({ log })
    await stream.started
    await expect(one.run('1 + 2?', { log })).rejects.toThrow(/in use/)
    await stream[Symbol.asyncDispose]()
    expect(log.facts.at(-1)).toMatchObject({ outcome: { status: 'aborted' } })
    expect((await one.run(undefined, { from: log })).status).toBe('done')
  })

  it('is no beginning of a run that was aborted before: the log says both', async () => {
    const { stream } = make()
    stream.abort('no')
    await stream.started
    const events: RunEvent['type'][] = []
    for await (const event of stream) events.push(event.type)
    expect(events).toEqual(['run.start', 'run.done'])
  })
})
