// An agent whose unsafe calls leave a line each in a file: who counts the lines knows what was done, whatever the log says.
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { agent, type Agent, type AnyTool, type Fact, type Result, type RunLog } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, calls, scriptedModel, text } from '@toolloop/testing'
import { z } from 'zod'

const steps = 3
const bytes = [20, 5000, 1_048_576 - 100]
const parameters = z.object({ of: z.number() })

/** Pays when the file `gate` is there. In each step two payments, which are unsafe, and beside them a look, which starts early, and a put, which may be repeated. */
export function payer(effects: string, gate?: string): Agent {
  const leave = (line: string): void => appendFileSync(effects, `${line}\n`)
  const pay = payTool(effects, gate, false)
  const look = tool({ name: 'look', parameters, effects: 'none', execute: ({ of }) => 'ä'.repeat(bytes[of % 3]! / 2) })
  const put = tool({
    name: 'put',
    parameters,
    effects: 'idempotent',
    execute: ({ of }, { idempotencyKey }) => {
      leave(`put ${idempotencyKey}`)
      return `put ${of}`
    },
  })
  const model = scriptedModel(({ messages }) => {
    const step = messages.filter(({ role }) => role === 'assistant').length
    if (step === steps) return text('All is paid.')
    const names = ['look', 'pay', 'put', 'pay']
    return calls(names.map((name, at) => ({ name, args: { of: step * 3 + at }, id: `${name}_${step}_${at}` })))
  })
  return agent({ name: 'payer', model, tools: [pay, look, put] })
}

/** Makes one payment, which a person must approve. */
export function cashier(effects: string, gate?: string): Agent {
  const model = scriptedModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? text('All is paid.') : call('pay', { of: 1 }),
  )
  return agent({ name: 'cashier', model, tools: [payTool(effects, gate, true)] })
}

function payTool(effects: string, gate: string | undefined, needsApproval: boolean): AnyTool {
  return tool({
    name: 'pay',
    parameters,
    needsApproval,
    execute: async ({ of }, { idempotencyKey }) => {
      if (gate !== undefined) await opened(gate)
      appendFileSync(effects, `pay ${idempotencyKey}\n`)
      await sleep(of % 2)
      return `paid ${of}`
    },
  })
}

/** Polls for the file `gate`: another process opens it. */
export async function opened(gate: string): Promise<void> {
  const until = Date.now() + 15_000
  while (!existsSync(gate)) {
    if (Date.now() > until) throw new Error(`The file ${gate} did not appear within 15 s.`)
    await sleep(2)
  }
}

/** Starts the run, or goes on with it, until it ends; payments that may or may not have been made are not made again. */
export async function payAll(log: RunLog, effects: string, gate?: string): Promise<Result> {
  const paying = payer(effects, gate)
  const used = (await log.load()).length > 0
  let result = await paying.stream(used ? undefined : 'Pay.', used ? { from: log } : { log }).result
  while (result.status === 'approval') {
    const decisions = Object.fromEntries(result.requests.map(({ callId }) => [callId, { approve: false } as const]))
    result = await paying.stream(undefined, { from: log, decisions }).result
  }
  return result
}

export interface Payments {
  /** Unsafe calls, by what the log and the file say. */
  readonly once: number
  readonly twice: number
  /** Done by the log, but not in the file; or begun, and nobody said how it ended. */
  readonly lost: number
  /** In the file, but not begun by the log: nobody would know. */
  readonly unknown: number
  /** Started, with an unknown outcome that was reported to the model. */
  readonly interrupted: number
}

/** Compares the log with what was left in the file. */
export function comparePayments(facts: readonly Fact[], lines: readonly string[]): Payments {
  const paid = lines.filter((line) => line.startsWith('pay '))
  const count = (key: string): number => paid.filter((line) => line === `pay ${key}`).length
  const begun = facts.flatMap((fact) => (fact.type === 'tool.start' && fact.name === 'pay' ? [fact] : []))
  const keys = new Set(begun.map(({ idempotencyKey }) => idempotencyKey))
  const done = facts.flatMap((fact) => (fact.type === 'tool.done' && fact.name === 'pay' ? [fact] : []))
  const keyOf = (callId: string): string => begun.find((fact) => fact.callId === callId)?.idempotencyKey ?? ''
  return {
    once: new Set(paid).size,
    twice: paid.length - new Set(paid).size,
    lost:
      done.filter(({ ok, callId }) => ok && count(keyOf(callId)) === 0).length +
      begun.filter(({ callId }) => !done.some((fact) => fact.callId === callId)).length,
    unknown: paid.filter((line) => !keys.has(line.slice(4))).length,
    interrupted: done.filter(({ reason }) => reason === 'interrupted').length,
  }
}
