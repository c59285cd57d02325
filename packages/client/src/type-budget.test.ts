// Typed arguments must be cheap to check: a tool costs the compiler some hundreds of instantiations, however many there are.
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { each, instantiationsOf, programFolder } from '../../../scripts/type-cost.ts'

const folder = programFolder(import.meta.dirname)
/** The transport speaks to Node's undici. */
const options = { types: ['node'], include: ['../../../transport/src/http/*.d.ts'] }

const head = `
import type { Tool } from '@toolloop/schema'
import { Client } from '../../src/index.ts'
`
const tool = (index: number): string => `
declare const tool${index}: Tool<'tool_${index}', { id: string; tags: string[]; nested: { left: string | { n${index}: number } } }>`
const use = (index: number): string => `
    if (event.name === 'tool_${index}') event.parsed?.nested?.left satisfies string | { n${index}?: number } | undefined`

function instantiations(count: number): number {
  const all = (one: (index: number) => string): string => each(count, one)
  const body = `
const tools = [${all((index) => `tool${index}, `)}] as const
for await (const event of new Client().chat.completions.stream({ model: 'm', messages: [], tools }))
  if (event.type === 'tool_calls.function.arguments.delta') {${all(use)}
  }`
  return instantiationsOf(folder, `${head}${all(tool)}${body}\n`, options)
}

describe('the cost of checking a stream with tools', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is some hundreds of instantiations a tool, and does not grow with their number', () => {
    const [one, ten, twenty] = [instantiations(1), instantiations(10), instantiations(20)]
    const first = (ten - one) / 9
    const second = (twenty - ten) / 10
    expect(first).toBeLessThan(400)
    expect(second).toBeLessThan(first * 1.2 + 100)
  }, 60_000)
})
