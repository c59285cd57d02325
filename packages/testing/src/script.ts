// A script: which request gets which reply, in what order, and what was not as written.
import { UsageError, type Clock, type CompletionParams } from '@toolloop/wire'
import type { ApiError } from './api-error.ts'
import { isJsonObject } from './json-object.ts'
import type { Reply } from './reply.ts'

/** What a step sees. In process there is no `model` and no `stream`. */
export type ScriptRequest = Omit<CompletionParams, 'model'> & Partial<Pick<CompletionParams, 'model'>>

/** A reply made from the request. `index` is the step's position, from 0 (for a script of one function: the request's). */
export type StepFunction = (request: ScriptRequest, index: number) => Reply | Promise<Reply>

/** A step that waits for a request it accepts. */
export interface ConditionalStep {
  readonly kind: 'when'
  readonly accepts: (request: ScriptRequest) => boolean
  readonly step: Reply | StepFunction
}

/** What happens at one request. */
export type Step = Reply | StepFunction | ConditionalStep

/** The steps in the order of arrival, each for one request; or one function for every request. */
export type Script = readonly Step[] | StepFunction

/** What a script's replies have in common, in process and over HTTP. */
export interface ScriptOptions {
  /** Characters (code points) of text or arguments in one delta. @default 8 */
  readonly deltaSize?: number
  /** Milliseconds before each chunk of a stream, and before a plain answer. @default 0 */
  readonly delay?: number
  /** Measures `delay`; a `virtualClock()` makes a test independent of time. @default systemClock */
  readonly clock?: Clock
  /** Answers 400 to a request it objects to, without taking a step. `checkRequest` is what the API would say. */
  readonly check?: (request: unknown) => ApiError | undefined
}

/**
 * A step for the first request that `accepts` says yes to; steps without a condition take any. For requests that
 * arrive in no certain order: `when((request) => lastText(request).includes('Oslo'), text('Rain.'))`.
 */
export function when(accepts: (request: ScriptRequest) => boolean, step: Reply | StepFunction): ConditionalStep {
  return Object.freeze({ kind: 'when', accepts, step })
}

/** A reply and the position it comes from. */
export interface Taken {
  readonly reply: Reply
  readonly index: number
}

/** A script while it is played. */
export class Playback {
  readonly #script: Script
  readonly #left: number[]
  #count = 0
  #problem: Error | undefined

  constructor(script: Script) {
    if (typeof script !== 'function' && !Array.isArray(script))
      throw new UsageError(
        `A script is an array of steps or one function, not ${describe(script)}: scriptedModel([text('…')])`,
      )
    this.#script = script
    this.#left = typeof script === 'function' ? [] : [...script.keys()]
    if (typeof script !== 'function') for (const [index, step] of script.entries()) checkStep(step, index)
  }

  /** The reply to a request; the step is taken before anything is awaited, so the order is that of arrival. */
  async take(request: ScriptRequest): Promise<Taken> {
    const number = ++this.#count
    try {
      const [step, index] = this.#next(request, number)
      const reply = typeof step === 'function' ? await step(request, index) : step
      checkReply(reply, `Step ${index + 1} returned`)
      return { reply, index }
    } catch (error) {
      throw this.fail(error)
    }
  }

  /** Remembers that something was not as written; `assertUsed` tells it again where the code under test hid it. */
  fail(error: unknown): Error {
    const problem = error instanceof Error ? error : new UsageError(`A step threw ${describe(error)}`, { cause: error })
    this.#problem ??= problem
    return problem
  }

  /** Throws when a request had no step, a step failed, or a step was left over. */
  assertUsed(): void {
    if (this.#problem) throw this.#problem
    const [first] = this.#left
    if (first === undefined || typeof this.#script === 'function') return
    const total = this.#script.length
    throw new UsageError(
      `${this.#left.length} of ${total} steps ${this.#left.length === 1 ? 'was' : 'were'} not used, first step ${first + 1}: ` +
        `${describe(this.#script[first])}. The script saw ${this.#count} request${this.#count === 1 ? '' : 's'}.`,
    )
  }

  #next(request: ScriptRequest, number: number): [Reply | StepFunction, number] {
    if (typeof this.#script === 'function') return [this.#script, number - 1]
    for (const [at, index] of this.#left.entries()) {
      const step = this.#script[index]
      if (step === undefined || (isConditional(step) && !step.accepts(request))) continue
      this.#left.splice(at, 1)
      return [isConditional(step) ? step.step : step, index]
    }
    const left = this.#left.length
    throw new UsageError(
      `Unexpected request ${number}: ` +
        (left === 0
          ? this.#script.length === 1
            ? 'the only step of the script was used'
            : `all ${this.#script.length} steps of the script were used`
          : `none of the ${left} steps left accepts it`) +
        `. Its last message: ${describe(request.messages?.at(-1))}. Add a step, or pass a function to answer every request.`,
    )
  }
}

function checkStep(step: unknown, index: number): void {
  if (typeof step !== 'function' && !isConditional(step)) checkReply(step, `Step ${index + 1} is`)
}

function isConditional(step: unknown): step is ConditionalStep {
  return isJsonObject(step) && step['kind'] === 'when'
}

const kinds: readonly unknown[] = ['answer', 'completion', 'chunks', 'failure'] satisfies Reply['kind'][]

function checkReply(value: unknown, subject: string): asserts value is Reply {
  if (isJsonObject(value) && kinds.includes(value['kind'])) return
  throw new UsageError(
    `${subject} ${describe(value)}: make replies with text, call, calls, reply, completion, chunks or failure`,
  )
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
