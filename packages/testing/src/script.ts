// A script: which request gets which reply, in what order, and which requests did not match it.
import { UsageError, type Clock, type CompletionParams } from '@toolloop/wire'
import type { ApiError } from './api-error.ts'
import { isJsonObject } from './json-object.ts'
import type { Reply } from './reply.ts'

/** The request that a step receives. In process it has no `model` and no `stream`. */
export type ScriptRequest = Omit<CompletionParams, 'model'> & Partial<Pick<CompletionParams, 'model'>>

/** Returns the reply to a request. `index` is the position of the step, from 0; for a script of one function, of the request. */
export type StepFunction = (request: ScriptRequest, index: number) => Reply | Promise<Reply>

/** A step for the first request that it accepts. */
export interface ConditionalStep {
  readonly kind: 'when'
  readonly accepts: (request: ScriptRequest) => boolean
  readonly step: Reply | StepFunction
}

/** The reply to one request, or a way to make it. */
export type Step = Reply | StepFunction | ConditionalStep

/** One step per request, in order of arrival; or one function for every request. */
export type Script = readonly Step[] | StepFunction

/** Options of a script, in process and over HTTP. */
export interface ScriptOptions {
  /** Characters (code points) of text or arguments in one delta. @default 8 */
  readonly deltaSize?: number
  /** Milliseconds before each chunk of a stream, and before a plain answer. @default 0 */
  readonly delay?: number
  /** Measures `delay`; a `virtualClock()` makes a test independent of time. @default systemClock */
  readonly clock?: Clock
  /** Checks every request. An error is answered with a 400 and takes no step. `checkRequest` applies the rules of the API. */
  readonly check?: (request: unknown) => ApiError | undefined
}

/**
 * A step for the first request for which `accepts` returns `true`; steps without a condition take any request. For
 * requests that arrive in any order: `when((request) => lastText(request).includes('Oslo'), text('Rain.'))`.
 */
export function when(accepts: (request: ScriptRequest) => boolean, step: Reply | StepFunction): ConditionalStep {
  return Object.freeze({ kind: 'when', accepts, step })
}

/** A reply and the position of its step. */
export interface Taken {
  readonly reply: Reply
  readonly index: number
}

/** The state of a script that is being played. */
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

  /** The reply to a request. Takes the step synchronously, so that steps follow the order of arrival. */
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

  /** Records the first error. `assertUsed` throws it again, in case the code under test caught it. */
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
      `${this.#left.length} of ${total} steps ${this.#left.length === 1 ? 'was' : 'were'} not used, the first is step ${first + 1}: ` +
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
          : `none of the ${left} remaining steps accepts it`) +
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
