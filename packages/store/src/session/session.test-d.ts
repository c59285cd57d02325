import { agent, type Result } from '@toolloop/core'
import { tool, type ToolContext } from '@toolloop/schema'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Session } from '../index.ts'

declare const session: Session
const find = tool({
  name: 'find',
  parameters: z.object({ id: z.number() }),
  execute: ({ id }, { context }: ToolContext<{ shop: string }>) => `${context.shop} ${id}`,
})
const clerk = agent({ name: 'clerk', model: 'm', tools: [find], output: z.object({ ok: z.boolean() }) })
const plain = agent({ name: 'plain', model: 'm' })

test('a run in a session has the types of the agent: output, context, events by tool name', () => {
  expectTypeOf(session.run(plain, 'Hi')).toEqualTypeOf<Promise<Result>>()
  const options = { context: { shop: 'a' }, wait: true }
  expectTypeOf(session.run(clerk, 'Hi', options)).toEqualTypeOf<Promise<Result<{ ok: boolean }>>>()
  // @ts-expect-error -- the tool needs a context
  void session.run(clerk, 'Hi')
  // @ts-expect-error -- a session has its own logs
  void session.run(plain, 'Hi', { log: session.log() })
  session.stream(clerk, 'Hi', options).on('tool.done', (event) => {
    if (event.ok && event.name === 'find') expectTypeOf(event.args).toEqualTypeOf<{ id: number }>()
  })
})
