// Tools must be cheap to check: each costs the compiler thousands of instantiations at most, however many there are.
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { each, instantiationsOf, programFolder } from '../../../scripts/type-cost.ts'

const folder = programFolder(import.meta.dirname)

const tool = (index: number): string => `
export const tool${index} = tool({
  name: 'tool_${index}',
  description: 'One of many',
  parameters: z.object({
    id: z.uuid(), text${index}: z.string().min(1).optional(), count: z.int().default(${index}),
    kind: z.enum(['a', 'b', 'c${index}']), tags: z.array(z.string()), at: z.date().nullable(),
    nested: z.object({ left: z.union([z.string(), z.object({ n${index}: z.number() })]), right: z.record(z.string(), z.boolean()) }),
  }),
  strict: { record: 'pairs' },
  execute: async ({ id, count }, { context, signal }: ToolContext<{ user${index}: string }>) => {
    signal.throwIfAborted()
    return { id, count, user: context.user${index} }
  },
})`

function instantiations(tools: number): number {
  const head = "import * as z from 'zod'\nimport { tool, type Tool, type ToolContext } from '../../src/index.ts'\n"
  const list = `export const tools: readonly Tool[] = [${each(tools, (index) => `tool${index}, `)}]`
  return instantiationsOf(
    folder,
    `${head}export const schema = z.object({ a: z.string() })\n${each(tools, tool)}\n${list}\n`,
  )
}

describe('the cost of checking tools', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is some thousands of instantiations a tool, and does not grow with their number', () => {
    const [none, ten, twenty] = [instantiations(0), instantiations(10), instantiations(20)]
    const first = (ten - none) / 10
    const second = (twenty - ten) / 10
    expect(first).toBeLessThan(2000)
    expect(second).toBeLessThan(first * 1.2 + 100)
  }, 60_000)
})
