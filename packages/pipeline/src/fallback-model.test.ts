// A model made of several in a stage of a pipeline: cut in the middle of its answer, and resumed from every prefix.
import { agent, type Fact, fallback, memoryLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { calls, checkRequest, fault, reply, scriptedModel, text } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { map } from './index.ts'

const ran: string[] = []
const read = tool({
  name: 'read',
  parameters: z.object({ id: z.string() }),
  effects: 'none',
  execute: ({ id }, { idempotencyKey }) => {
    ran.push(`${idempotencyKey} ${id}`)
    return `ran ${id}`
  },
})
const check = (body: unknown) => checkRequest(body)
const answer = reply({
  deltaSize: 16,
  toolCalls: ['a', 'b', 'c'].map((id) => ({ name: 'read', args: { id }, id: `call_${id}` })),
})

function readers(cutAt: number) {
  const isDone = (messages: readonly { role: string }[]): boolean => messages.some(({ role }) => role === 'tool')
  const first = scriptedModel(({ messages }) => (isDone(messages) ? text('Read.') : fault.cutAt(answer, cutAt)), {
    name: 'first',
    check,
  })
  const second = scriptedModel(
    ({ messages }) => {
      const done = JSON.stringify(messages)
      const missing = ['a', 'b', 'c'].filter((id) => !done.includes(`ran ${id}`))
      return missing.length === 0 ? text('Read.') : calls(missing.map((id) => ({ name: 'read', args: { id } })))
    },
    { name: 'second', check },
  )
  return map(agent({ name: 'reader', model: fallback([first, second]), tools: [read] }))
}

it('goes on with the next model in each item, wherever the first one is cut', { timeout: 60_000 }, async () => {
  for (let byte = 200; byte < 1_500; byte += 13) {
    ran.length = 0
    const one = readers(byte)
    const result = byte % 2 ? await one.run(['1', '2']) : await one.stream(['1', '2']).result
    expect(result, `byte ${byte}`).toMatchObject({ status: 'done', output: ['Read.', 'Read.'] })
    expect(ran.length, `byte ${byte}`).toBe(6)
    expect(new Set(ran).size).toBe(6)
  }
})

it('goes on from every prefix, with each effect once', { timeout: 60_000 }, async () => {
  let log = memoryLog()
  let cutAt = 500
  for (; !log.facts.some((fact) => fact.type === 'step.cut'); cutAt += 20) {
    log = memoryLog()
    await readers(cutAt).stream(['1', '2'], { log }).result
  }
  for (let length = 1; length < log.facts.length; length++) {
    const from = memoryLog(JSON.parse(JSON.stringify(log.facts.slice(0, length))) as Fact[])
    const done = from.facts.flatMap((fact) => (fact.type === 'tool.done' ? `${fact.path} ${fact.callId}` : []))
    ran.length = 0
    const result = await readers(cutAt).run(undefined, { from })
    expect(result, `fact ${length}`).toMatchObject({ status: 'done', output: ['Read.', 'Read.'] })
    expect(new Set(ran).size).toBe(ran.length)
    expect(ran.filter((one) => done.some((key) => one.includes(key)))).toEqual([])
  }
})
