import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { tool, type NoArguments, type Tool, type ToolContext } from './index.ts'

interface App {
  user: string
}
const parameters = z.object({
  city: z.string(),
  days: z.string().transform(Number),
  unit: z.enum(['c', 'f']).default('c'),
})
type Args = { city: string; days: number; unit: 'c' | 'f' }

describe('tool', () => {
  it('infers name, arguments, output and context', () => {
    const made = tool({
      name: 'weather',
      parameters,
      execute: async ({ city, days }, { context }: ToolContext<App>) => ({ at: `${city} ${context.user}`, days }),
    })
    expectTypeOf(made).toEqualTypeOf<Tool<'weather', Args, { at: string; days: number }, App>>()
  })

  it('leaves the context unknown where it is not stated', () => {
    const made = tool({ name: 'x', parameters, execute: (args) => args.days })
    expectTypeOf(made).toEqualTypeOf<Tool<'x', Args, number>>()
  })

  it('takes the return value of a generator as the output', () => {
    const made = tool({
      name: 'x',
      parameters,
      async *execute({ city }) {
        yield 'looking'
        await Promise.resolve()
        return city.length
      },
    })
    expectTypeOf(made).toEqualTypeOf<Tool<'x', Args, number>>()
  })

  it('takes the output from its schema', () => {
    const made = tool({ name: 'x', parameters, output: z.object({ n: z.number() }), execute: () => ({ n: 1 }) })
    expectTypeOf(made).toEqualTypeOf<Tool<'x', Args, { n: number }>>()
    // @ts-expect-error: not what the schema takes
    tool({ name: 'x', parameters, output: z.object({ n: z.number() }), execute: () => ({ n: '1' }) })
  })

  it('has no arguments without parameters', () => {
    const made = tool({ name: 'now', execute: () => Date.now() })
    expectTypeOf(made).toEqualTypeOf<Tool<'now', NoArguments, number>>()
  })

  it('is a Tool, whatever its types', () => {
    const made = tool({
      name: 'x',
      parameters,
      needsApproval: ({ days }) => days > 3,
      enabled: (app: App) => app.user !== '',
      execute: (_args, { context }: ToolContext<App>) => context.user,
    })
    expectTypeOf(made).toEqualTypeOf<Tool<'x', Args, string, App>>()
    expectTypeOf(made).toExtend<Tool>()
  })

  it('may have no execute', () => {
    expectTypeOf(tool({ name: 'x', parameters })).toEqualTypeOf<Tool<'x', Args>>()
  })
})
