// What user functions are given is their own: whatever they do to it, the run goes on as if they had done nothing.
import { tool } from '@toolloop/schema'
import { calls, scriptedModel, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, type AgentOptions, type AnyTool, type Fact, memoryLog, type RunStream } from './index.ts'

/** Changes all that can be changed in a value. */
function spoil(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > 12) return
  for (const key of Object.keys(value)) {
    const item: unknown = Reflect.get(value, key)
    spoil(item, depth + 1)
    if (typeof item !== 'object') Reflect.set(value, key, 'spoilt')
  }
  if (value instanceof Date) value.setTime(0)
  if (Array.isArray(value) && !Object.isFrozen(value)) value.push('spoilt')
}

interface Spoilers {
  readonly policy?: object
  readonly options?: Partial<AgentOptions<readonly AnyTool[], unknown, unknown>>
  readonly listen?: (stream: RunStream) => void
  readonly append?: (facts: readonly Fact[]) => void
}

async function run({ policy, options, listen, append }: Spoilers) {
  const ran: string[] = []
  const pay = tool({
    name: 'pay',
    parameters: z.object({ to: z.object({ name: z.string(), tags: z.array(z.string()) }), due: z.coerce.date() }),
    ...policy,
    execute: (args) => {
      ran.push(JSON.stringify(args))
      if (policy && 'retries' in policy) spoil(args)
      if (policy && 'retries' in policy && ran.length === 1) throw new Error('again')
      return 'paid'
    },
  })
  const args = { to: { name: 'Ada', tags: ['a', 'b'] }, due: '2026-01-02' }
  const model = scriptedModel([calls([{ name: 'pay', id: 'c1', args }]), text('{"sum":{"eur":7}}')])
  const kept = memoryLog()
  const log = { load: () => kept.load(), append: (facts: readonly Fact[]) => (kept.append(facts), append?.(facts)) }
  const stream = agent({
    name: 'payer',
    model,
    tools: [pay],
    output: z.object({ sum: z.object({ eur: z.number() }) }),
    ...options,
  }).stream('Pay.', {
    log,
    runId: 'r',
    clock: { now: () => 0, setTimeout, clearTimeout: (timer) => clearTimeout(timer as number) },
  })
  listen?.(stream as unknown as RunStream)
  const result = await stream.result
  return { ran, facts: kept.facts, requests: model.requests, output: result.status === 'done' && result.output }
}

const shown = z.object({ sum: z.object({ eur: z.number() }) })
const nested = { metadata: { by: 'ada' } }
const cases: Record<string, Spoilers & { readonly like?: Spoilers }> = {
  needsApproval: {
    policy: { needsApproval: (args: unknown, context: unknown) => (spoil(args), spoil(context), false) },
    like: { policy: { needsApproval: () => false } },
  },
  'limit.key': { policy: { limit: { concurrency: 64, key: (args: unknown) => (spoil(args), 'x') } } },
  'an attempt that fails': { policy: { retries: 1 } },
  prepareStep: { options: { prepareStep: (input) => (spoil(input), {}) } },
  stopWhen: { options: { stopWhen: (state) => (spoil(state), false) } },
  validate: { options: { output: { schema: shown, validate: (output: unknown) => spoil(output) } } },
  'who made params and changes them later': {
    options: {
      params: () => {
        const mine = structuredClone(nested)
        setTimeout(() => spoil(mine))
        return mine
      },
    },
    like: { options: { params: structuredClone(nested) } },
  },
  'a listener to every fact': {
    listen: (stream) => {
      for (const type of ['run.start', 'step.start', 'step.done', 'tool.start', 'tool.done'] as const)
        stream.on(type, (event) => (spoil(event), spoil(Reflect.get(event, 'args'))))
    },
  },
  'a listener to progress': {
    listen: (stream) => {
      for (const type of ['content.delta', 'content.done', 'tool_calls.function.arguments.done'] as const)
        stream.on(type, (event) => spoil(event))
    },
  },
  'a log': { append: (facts) => spoil(facts) },
}

describe('a run goes on undisturbed by', () => {
  it.each(Object.entries(cases))('%s', async (_name, { like = {}, ...spoilers }) => {
    const undisturbed = await run(like)
    expect(undisturbed.output).toEqual({ sum: { eur: 7 } })
    const { ran, ...rest } = await run(spoilers)
    expect(rest).toEqual({ facts: undisturbed.facts, requests: undisturbed.requests, output: undisturbed.output })
    expect(new Set(ran)).toEqual(new Set(undisturbed.ran))
  })

  it('a choice of a tool, a limit or a list of conditions that is changed after the agent was made', async () => {
    const toolChoice = { type: 'function' as const, function: { name: 'look' as 'look' | 'nobody' } }
    const limit = { concurrency: 1 }
    const stopWhen = [() => false]
    const look = tool({ name: 'look', execute: () => 'x' })
    const model = scriptedModel([calls([{ name: 'look' }]), text('done')])
    const tools: readonly AnyTool[] = [look]
    const looker = agent({ name: 'a', model, tools, toolChoice, limit, stopWhen })
    toolChoice.function.name = 'nobody'
    limit.concurrency = 0
    stopWhen.push(() => true)
    expect(await looker.run('go')).toMatchObject({ status: 'done', output: 'done' })
    expect(model.requests[0]?.tool_choice).toEqual({ type: 'function', function: { name: 'look' } })
  })
})

/** An instance that a schema's transform makes, and whose fields each reader changes. */
class Money {
  euros: number
  constructor(euros: number) {
    this.euros = euros
  }
}

describe('an instance of a class in arguments is not shared', () => {
  const seen: number[] = []
  const read = ({ sum }: { sum: Money }): void => {
    seen.push(sum.euros)
    sum.euros = 0
  }
  const amount = z.object({ sum: z.number().transform((euros) => new Money(euros)) })
  const payer = (policy: object, execute = read) =>
    agent({
      name: 'payer',
      model: scriptedModel([calls([{ name: 'pay', id: 'c1', args: { sum: 7 } }]), text('Paid.')]),
      tools: [tool({ name: 'pay', parameters: amount, ...policy, execute: (args) => (execute(args), 'paid') })],
    })

  it('by needsApproval, limit.key and each attempt of execute', async () => {
    seen.length = 0
    const failOnce = (args: { sum: Money }): void => {
      read(args)
      if (seen.length === 3) throw new Error('busy')
    }
    const policy = {
      needsApproval: (args: { sum: Money }) => (read(args), false),
      limit: { concurrency: 1, key: (args: { sum: Money }) => (read(args), 'x') },
      retries: 1,
    }
    const clock = {
      now: () => 0,
      setTimeout: (wake: () => void) => setTimeout(wake),
      clearTimeout: (timer: unknown) => clearTimeout(timer as number),
    }
    expect((await payer(policy, failOnce).run('Pay.', { clock })).status).toBe('done')
    expect(seen).toEqual([7, 7, 7, 7])
  })

  it('by onInterrupted and execute', async () => {
    seen.length = 0
    const log = memoryLog()
    await payer({}).run('Pay.', { log })
    const begun = log.facts.slice(0, log.facts.findIndex(({ type }) => type === 'tool.start') + 1)
    seen.length = 0
    const policy = { onInterrupted: (args: { sum: Money }) => (read(args), 'rerun') }
    const { status } = await payer(policy).run(undefined, { from: memoryLog(begun) })
    expect([status, seen]).toEqual(['done', [7, 7, 7]]) // the script begins anew: its call runs, too
  })

  it('by listeners and execute', async () => {
    seen.length = 0
    const stream = payer({}).stream('Pay.')
    stream.on('tool.start', (event) => read(event.args))
    expect((await stream.result).status).toBe('done')
    expect(seen).toEqual([7, 7])
  })

  it('by validate and the output', async () => {
    seen.length = 0
    const output = { schema: amount, mode: 'native' as const, validate: read }
    const answering = agent({ name: 'a', model: scriptedModel([text('{"sum":7}')]), output })
    const result = await answering.run('How much?')
    expect([seen, result.status === 'done' && result.output]).toEqual([[7], { sum: new Money(7) }])
  })
})
