// Tools must be cheap to check: each costs the compiler thousands of instantiations at most, however many there are.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../node_modules/.type-budget')
const compiler = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc')
const config = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { noEmit: true, types: [], declaration: false, declarationMap: false, sourceMap: false },
  include: ['*.ts'],
}

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
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const head = "import * as z from 'zod'\nimport { tool, type Tool, type ToolContext } from '../../src/index.ts'\n"
  const all = Array.from({ length: tools }, (_, index) => tool(index)).join('\n')
  const list = `export const tools: readonly Tool[] = [${Array.from({ length: tools }, (_, index) => `tool${index}`).join(', ')}]`
  writeFileSync(join(folder, 'tools.ts'), `${head}export const schema = z.object({ a: z.string() })\n${all}\n${list}\n`)
  const output = execFileSync(process.execPath, [compiler, '-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' })
  return Number(/Instantiations:\s+(\d+)/.exec(output)?.[1])
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
