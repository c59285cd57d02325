// Runs guardrails side by side, and records what they answered.
import { showOption } from '@toolloop/wire'
import type { Guardrail, GuardrailSubjects } from '../agent/guardrail.ts'
import { type Fact, fact, type FactOf } from '../facts/events.ts'
import { failureOf } from '../facts/failure.ts'
import type { Ending, GuardrailPoint } from '../facts/outcome.ts'
import { withContextHint } from '../run/context-hint.ts'
import { Deadline } from '../run/deadline.ts'
import type { Run } from '../run/run.ts'
import { GuardrailError } from './error.ts'

/** What guardrails answered. */
export interface Checked {
  readonly facts: readonly Fact[]
  /** One of them ended the run, which is aborted by now. */
  readonly hasEnded: boolean
  /** The text for the model, in place of a call. */
  readonly reject?: string
  /** Stands in place of a result. */
  readonly replace?: { readonly value: unknown }
}

type CheckFact = FactOf<'guardrail.done'>
/** What a check is about, besides its subject. */
export type CheckMark = Partial<Pick<CheckFact, 'callId' | 'inputs' | 'step'>>

interface Answer {
  readonly fact?: CheckFact
  readonly ending?: Ending
  readonly replace?: { readonly value: unknown }
}

/**
 * Runs the guardrails on one subject. Waits for all of them, or for the first that ends the run: it is aborted then.
 * `undefined`: the run was aborted meanwhile.
 */
export async function check<On extends GuardrailPoint>(
  run: Run,
  guardrails: readonly Guardrail<On>[],
  subject: GuardrailSubjects[On],
  mark: CheckMark = {},
): Promise<Checked | undefined> {
  const answers: (Answer | undefined)[] = guardrails.map(() => undefined)
  await new Promise<void>((resolve) => {
    let left = guardrails.length
    for (const [at, one] of guardrails.entries())
      void answerOf(run, one, subject, mark).then((answer) => {
        answers[at] = answer
        if (--left === 0 || !answer || answer.ending) resolve()
      })
  })
  const known = answers.filter((answer) => answer !== undefined)
  const ending = known.find((answer) => answer.ending)?.ending
  const facts = known.flatMap((answer) => answer.fact ?? [])
  if (ending) {
    run.level.stop(ending)
    return { facts, hasEnded: true }
  }
  if (known.length < guardrails.length) return undefined
  const rejected = facts.find(({ verdict }) => verdict === 'reject')?.reason
  const replace = known.find((answer) => answer.replace)?.replace
  return { facts, hasEnded: false, ...(rejected !== undefined && { reject: rejected }), ...(replace && { replace }) }
}

/** `undefined`: the run was aborted, or the recorded run did not get this far. */
async function answerOf<On extends GuardrailPoint>(
  run: Run,
  one: Guardrail<On>,
  subject: GuardrailSubjects[On],
  mark: CheckMark,
): Promise<Answer | undefined> {
  const { clock, signal, context } = run
  const about = { guardrail: one.name, on: one.on, step: run.state.step, ...mark }
  if (run.recordedCheck) return fromRecord(await run.recordedCheck(about))
  const { timeout } = one
  const late = (ms: number): Error => new GuardrailError(one.name, `did not answer within ${ms} ms.`)
  const deadline = new Deadline(signal, clock, { timeout, late, linger: () => 0 })
  const since = clock.now()
  try {
    const options = { context, signal: deadline.signal, agent: run.agent.name, runId: run.id, step: about.step }
    const returned = await deadline.unlessPassed(() => one.check(subject, options))
    if (signal.aborted) return undefined
    return answered(one, returned, { ...about, ms: clock.now() - since })
  } catch (error) {
    if (signal.aborted) return undefined
    return { ending: { status: 'error', error: failureOf(named(run, one, error)) } }
  } finally {
    deadline.close()
  }
}

type About = Omit<CheckFact, 'type' | 'seq' | 'at' | 'run' | 'path' | 'verdict'>
type Named = Pick<Guardrail, 'name' | 'on'>

function answered({ name, on }: Named, returned: unknown, about: About): Answer {
  if (returned === undefined || returned === null) return { fact: made({ ...about, verdict: 'pass' }) }
  if (typeof returned === 'object') {
    const { trip, reject } = returned as { readonly trip?: unknown; readonly reject?: unknown }
    if (typeof trip === 'string')
      return {
        fact: made({ ...about, verdict: 'trip', reason: trip }),
        ending: { status: 'tripped', guardrail: name, reason: trip },
      }
    if (on === 'toolCall' && typeof reject === 'string')
      return { fact: made({ ...about, verdict: 'reject', reason: reject }) }
    if (on === 'toolResult' && 'replace' in returned)
      return { fact: made({ ...about, verdict: 'replace' }), replace: { value: returned.replace } }
  }
  const more = { toolCall: ' or { reject: text }', toolResult: ' or { replace: result }', input: '', output: '' }[on]
  throw new GuardrailError(name, `returned ${showOption(returned)}; it must return nothing, { trip: reason }${more}.`)
}

function named(run: Run, { name }: Named, error: unknown): unknown {
  if (error instanceof GuardrailError) return error
  const cause = withContextHint(run, `Guardrail \`${name}\``, error)
  return new GuardrailError(name, `threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
}

function fromRecord(recorded: CheckFact | undefined): Answer | undefined {
  if (!recorded) return undefined
  const { guardrail, verdict, reason = '' } = recorded
  const copy = { fact: { ...recorded } }
  return verdict === 'trip' ? { ...copy, ending: { status: 'tripped', guardrail, reason } } : copy
}

const made = (about: Omit<CheckFact, 'type' | 'seq' | 'at' | 'run' | 'path'>): CheckFact =>
  fact({ type: 'guardrail.done', ...about }) as CheckFact
