// An answer that is held back until the blocking output guardrails have passed it.
import type { Guardrail } from '../agent/guardrail.ts'
import { type Fact, type FactOf, isFact, type RunEvent } from '../facts/events.ts'
import { adopt } from '../facts/own-message.ts'
import { check } from '../guard/check.ts'
import { outputSubject, textOf } from '../guard/subject.ts'
import type { Run } from '../run/run.ts'
import type { StepReader } from './reader.ts'

/** Keeps the events of a step. Texts that no guardrail has passed are not recorded either. */
export class HeldAnswer {
  readonly #run: Run
  readonly #guardrails: readonly Guardrail<'output'>[]
  #events: RunEvent[] = []

  constructor(run: Run, guardrails: readonly Guardrail<'output'>[]) {
    this.#run = run
    this.#guardrails = guardrails
  }

  add(events: readonly RunEvent[]): void {
    this.#events.push(...events)
  }

  /** Another attempt begins. Its reader, as it is cut by an abort: without the text. */
  attempt(reader: StepReader): Run['reading'] {
    this.#events = []
    return { cut: (reason) => withheld(reader.cut(reason)) }
  }

  /** The events that may be shown at the end of an attempt. `undefined`: the run was aborted. */
  async release(last: readonly RunEvent[]): Promise<RunEvent[] | undefined> {
    const done = last.find((event): event is FactOf<'step.done'> => event.type === 'step.done')
    if (!done) return last.flatMap((event) => withheld(event) ?? [])
    if (textOf(done.message) === '') return [...this.#events, ...last]
    const checked = await check(this.#run, this.#guardrails, await outputSubject(this.#run, done.message))
    if (!checked) return undefined
    if (!checked.hasEnded) return [...this.#events, ...checked.facts, ...last]
    const { message: _message, finish_reason: _reason, ...rest } = done
    return [...checked.facts, { ...rest, type: 'step.cut', reason: 'guardrail', message: nothing }]
  }
}

const nothing = adopt({ role: 'assistant', content: null } as const)

/** Facts without the message's text. Of progress, only the sign that the step is retried. */
function withheld<Event extends RunEvent>(event: Event | undefined): Event | Fact | undefined {
  if (event?.type === 'step.cut') return { ...event, message: nothing }
  return event && (isFact(event) || event.type === 'step.reset') ? event : undefined
}
