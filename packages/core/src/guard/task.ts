import type { Run } from '../run/run.ts'
import type { Source } from '../run/scope.ts'
import { check } from './check.ts'
import { type DueCheck, lastMessage } from './due.ts'
import { inputSubject, outputSubject } from './subject.ts'

/** Runs one guardrail beside what goes on. A trip aborts the run; the loop logs the end. */
// oxlint-disable-next-line require-yield -- its only batch is its last
export async function* guardCheck(run: Run, { on, name }: DueCheck): Source {
  const checked = on === 'input' ? await onInput(run, name) : await onOutput(run, name)
  return checked && [...checked.facts]
}

function onInput(run: Run, name: string): ReturnType<typeof check> {
  const one = run.agent.guardrails?.input.filter((other) => other.name === name) ?? []
  return check(run, one, inputSubject(run.state), { inputs: run.state.guardrails.inputs })
}

async function onOutput(run: Run, name: string): ReturnType<typeof check> {
  const one = run.agent.guardrails?.parallelOutput.filter((other) => other.name === name) ?? []
  const last = lastMessage(run.state)!
  return check(run, one, await outputSubject(run, last.message), { step: last.step })
}
