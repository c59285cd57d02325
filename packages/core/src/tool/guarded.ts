// The guardrails around one call.
import { renderOutput } from '@toolloop/schema'
import { plainText, type ToolCall } from '@toolloop/wire'
import type { Guardrail } from '../agent/guardrail.ts'
import { nameOf } from '../facts/calls.ts'
import type { Fact } from '../facts/events.ts'
import type { CallState } from '../facts/open-step.ts'
import { frozenCopy } from '../facts/own-copy.ts'
import { check, type Checked } from '../guard/check.ts'
import type { Run } from '../run/run.ts'
import { type Answer, callOf } from './facts.ts'
import { type ParsedCall, shownArguments } from './own-arguments.ts'

/** Runs the guardrails on a call: the blocking ones before it starts, the parallel ones beside it. `undefined`: the run was aborted. */
export async function checkCall(
  run: Run,
  item: CallState,
  parsed: ParsedCall,
  mode: 'blocking' | 'parallel',
): Promise<Checked | undefined> {
  const { passed = [], call } = item
  const due = forTool(run.agent.guardrails?.toolCall, nameOf(call)).filter(
    (one) => one.mode === mode && !passed.includes(one.name),
  )
  if (due.length === 0) return nothingSaid
  const subject = { name: nameOf(call), args: await shownArguments(parsed), call: callOf(item) }
  return check(run, due, subject, { callId: call.id })
}

/** The result that the guardrails leave, and their facts. `undefined`: the run was aborted. */
export async function checkResult(
  run: Run,
  call: ToolCall,
  answer: Answer,
): Promise<{ readonly facts: readonly Fact[]; readonly answer: Answer } | undefined> {
  const facts: Fact[] = []
  let left = answer
  // One after the other: each reads what the one before it left.
  for (const one of forTool(run.agent.guardrails?.toolResult, nameOf(call))) {
    const { ok, args, output, content } = left
    const text = plainText(content)
    const isResult = ok || left.reason === 'answered'
    const own = left.reason === 'answered' ? text : frozenCopy(output)
    const subject = { name: nameOf(call), args, call, ok: isResult, output: own, content: text }
    const checked = await check(run, [one], subject, { callId: call.id })
    if (!checked) return undefined
    facts.push(...checked.facts)
    if (checked.hasEnded) return { facts, answer: withheld(left, one) }
    if (checked.replace) left = replaced(left, checked.replace.value, one)
  }
  return { facts, answer: left }
}

export const hasResultChecks = (run: Run, name: string): boolean =>
  run.agent.guardrails !== undefined && forTool(run.agent.guardrails.toolResult, name).length > 0

const forTool = <On extends 'toolCall' | 'toolResult'>(
  all: readonly Guardrail<On>[] = [],
  name: string,
): readonly Guardrail<On>[] => all.filter(({ tools }) => !tools || tools.includes(name))

const nothingSaid: Checked = { facts: [], hasEnded: false }

/** The tool has run, so the call has a result; but nobody reads what it was. */
const withheld = ({ ms, args }: Answer, { name }: { readonly name: string }): Answer => ({
  ok: false,
  reason: 'guardrail',
  content: `The result was withheld by the guardrail \`${name}\`.`,
  ...(ms !== undefined && { ms }),
  args,
})

function replaced(answer: Answer, value: unknown, one: { readonly name: string }): Answer {
  const { parts: _parts, details: _details, error: _error, ...rest } = answer
  const { content, parts, problem } = renderOutput(value)
  if (problem !== undefined) return withheld(answer, one)
  return { ...rest, content, ...(parts && { parts }), output: value }
}
