import type { Fact } from '@toolloop/core'

/** The facts before a fork are copies: the run that they are copied from has traced them. */
export class Copied {
  /** The first step or call that is not copied. */
  #until: number | string | undefined
  /** The step that holds the call is complete: what follows the next resume is new. */
  #hasCall = false

  /** Takes each fact, in order. */
  has(fact: Fact): boolean {
    if (fact.type === 'run.start' && fact.path === '') this.#until = fact.forkOf?.before
    const until = this.#until
    if (until === undefined) return false
    if (fact.type === 'step.done' || fact.type === 'step.cut')
      this.#hasCall ||= fact.message.tool_calls?.some(({ id }) => id === until) ?? false
    const isNew =
      fact.path === '' &&
      ((fact.type === 'step.start' && fact.step === until) || (fact.type === 'run.resume' && this.#hasCall))
    if (isNew) this.#until = undefined
    return !isNew
  }
}
