// Typed arguments must be cheap to check: a tool costs the compiler some hundreds of instantiations, however many there are.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../node_modules/.type-budget')
const compiler = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc')
const config = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { noEmit: true, types: ['node'], declaration: false, declarationMap: false, sourceMap: false },
  include: ['*.ts', '../../../transport/src/*.d.ts'],
}

const head = `
import type { Tool } from '@toolloop/schema'
import { Client } from '../../src/index.ts'
`
const tool = (index: number): string => `
declare const tool${index}: Tool<'tool_${index}', { id: string; tags: string[]; nested: { left: string | { n${index}: number } } }>`
const use = (index: number): string => `
    if (event.name === 'tool_${index}') event.parsed?.nested?.left satisfies string | { n${index}?: number } | undefined`

function instantiations(count: number): number {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const all = (one: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => one(index)).join('')
  const body = `
const tools = [${all((index) => `tool${index}, `)}] as const
for await (const event of new Client().chat.completions.stream({ model: 'm', messages: [], tools }))
  if (event.type === 'tool_calls.function.arguments.delta') {${all(use)}
  }`
  writeFileSync(join(folder, 'tools.ts'), `${head}${all(tool)}${body}\n`)
  const output = execFileSync(process.execPath, [compiler, '-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' })
  return Number(/Instantiations:\s+(\d+)/.exec(output)?.[1])
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
