import { toStandardJsonSchema } from '@valibot/to-json-schema'
import type { ResponseFormat } from '@toolloop/wire'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import * as z3 from 'zod3'
import * as m from 'zod/mini'
import {
  customTool,
  responseFormat,
  tool,
  type NoArguments,
  type ResponseFormatOf,
  type Tool,
  type ToolContext,
} from '../index.ts'
import { jsonSchema } from '../json-schema.ts'

function execute(args: { a: string; b?: number | undefined }): string {
  return args.a
}

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

describe('every library', () => {
  it('gives its types', () => {
    const zod3 = tool({ name: 'x', parameters: z3.object({ a: z3.string(), b: z3.number().optional() }), execute })
    expectTypeOf(zod3).toEqualTypeOf<Tool<'x', { a: string; b?: number | undefined }, string>>()
    const mini = tool({ name: 'x', parameters: m.object({ a: m.string(), b: m.optional(m.number()) }), execute })
    expectTypeOf(mini).toEqualTypeOf<Tool<'x', { a: string; b?: number | undefined }, string>>()
    const valibot = tool({ name: 'x', parameters: toStandardJsonSchema(v.object({ a: v.string() })), execute })
    expectTypeOf(valibot).toEqualTypeOf<Tool<'x', { a: string }, string>>()
    const arktype = tool({ name: 'x', parameters: type({ a: 'string' }), execute })
    expectTypeOf(arktype).toEqualTypeOf<Tool<'x', { a: string }, string>>()
    const json = tool({ name: 'x', parameters: jsonSchema<{ a: string }>({ type: 'object' }), execute })
    expectTypeOf(json).toEqualTypeOf<Tool<'x', { a: string }, string>>()
  })

  it('rejects an execute of other arguments', () => {
    const only = z.object({ a: z.string() })
    // @ts-expect-error: `a` is a string
    const made = tool({ name: 'x', parameters: only, execute: (args: { a: number }) => args.a })
    expectTypeOf(made.name).toBeString()
  })
})

describe('responseFormat', () => {
  it('reads what the schema parses', () => {
    const format = responseFormat(z.object({ at: z.date(), n: z.string().transform(Number) }), { name: 'x' })
    expectTypeOf(format).toEqualTypeOf<ResponseFormatOf<{ at: Date; n: number }>>()
    expectTypeOf(format).toExtend<ResponseFormat>()
    expectTypeOf(format.parse).returns.resolves.toEqualTypeOf<{ at: Date; n: number }>()
  })
})

describe('customTool', () => {
  it('takes text', () => {
    const run = customTool({ name: 'run', execute: (text, { context }: ToolContext<App>) => `${context.user} ${text}` })
    expectTypeOf(run).toEqualTypeOf<Tool<'run', string, string, App>>()
  })
})
