// Agents must be cheap to check: a tool costs the compiler some hundreds of instantiations, however many there are, and
// hooks with contexts of their own cost next to nothing.
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { each, instantiationsOf, programFolder } from '../../../scripts/type-cost.ts'

const folder = programFolder(import.meta.dirname)
/** The transport speaks to Node's undici. */
const options = { types: ['node'], include: ['../../../transport/src/http/*.d.ts'] }

const head = `
import type { Tool } from '@toolloop/schema'
import type { ChatModel } from '@toolloop/wire'
import { agent, and, calls, type PrepareStep, steps } from '../../src/index.ts'
declare const model: ChatModel
// What the compiler resolves once for all agents, the parameters of a request, is no agent's cost.
void agent({ name: 'none', model, params: () => ({ temperature: 1 }) })
`
const tool = (index: number): string => `
declare const tool${index}: Tool<'tool_${index}', { id: string; n${index}: number }, string, { user${index}: string }>`
const hooks = `
  instructions: (context: { tone: string }) => context.tone,
  params: (context: { heat: number }) => ({ temperature: context.heat }),
  prepareStep: ({ step, context }: PrepareStep<{ admin: boolean }>) =>
    step === 0 && context.admin ? { tools: ['tool_0'], toolChoice: { type: 'function', function: { name: 'tool_0' } } } : {},
  stopWhen: and(steps(2), calls('tool_0')),`
const use = (index: number): string => `
  if (event.type === 'tool.done' && event.ok && event.name === 'tool_${index}') event.args.n${index} satisfies number`

/** What one agent costs with all of it: its definition, a run with its context, and its events. */
function instantiations(tools: number, withHooks = true): number {
  const all = (one: (index: number) => string): string => each(tools, one)
  const context = `{ ${withHooks ? "tone: '', heat: 1, admin: true, " : ''}${all((index) => `user${index}: '', `)}}`
  const body = `
const one = agent({ name: 'one', model, tools: [${all((index) => `tool${index}, `)}],${withHooks ? hooks : ''} })
void one.run('x', { context: ${context} })
for await (const event of one.stream('x', { context: ${context} })) {${all(use)}
}`
  return instantiationsOf(folder, `${head}${all(tool)}${body}\n`, options)
}

describe('the cost of checking an agent', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is some hundreds of instantiations a tool, and does not grow with their number', () => {
    const [one, ten, twenty] = [instantiations(1), instantiations(10), instantiations(20)]
    const first = (ten - one) / 9
    const second = (twenty - ten) / 10
    expect(first).toBeLessThan(400)
    expect(second).toBeLessThan(first * 1.2 + 100)
  }, 60_000)

  it('is some hundreds of instantiations more with a context for each hook and checked names, with 20 tools too', () => {
    expect(instantiations(20) - instantiations(20, false)).toBeLessThan(300)
  }, 60_000)
})
