// A call of `session.run` or `session.stream`, validated before anything is read.
import type { Input } from '@toolloop/core'
import { messagesFrom, type Runnable, runnableBehind } from '@toolloop/core/machine'
import { type Message, plainText, UsageError } from '@toolloop/wire'
import type { SessionRunOptions } from './session-types.ts'

/** The options of agents and pipelines. */
export type RunCallOptions = SessionRunOptions & {
  readonly context?: unknown
  readonly inputOf?: ((conversation: readonly Message[]) => unknown) | undefined
  readonly budget?: object | undefined
}

export interface RunCall {
  readonly runnable: Runnable
  /** The new messages; `undefined` resumes the last run. */
  readonly added: readonly Message[] | undefined
  /** Makes the input of a pipeline of the conversation; an agent has none. */
  readonly inputOf: ((conversation: readonly Message[]) => unknown) | undefined
  readonly wait: boolean
  readonly before: number | undefined
  /** Of a pipeline. */
  readonly budget: object | undefined
  /** The options that every run has. */
  readonly rest: Omit<RunCallOptions, 'wait' | 'before' | 'inputOf' | 'budget'>
}

/** @throws UsageError */
export function readCall(ran: object, input: Input | undefined, options: RunCallOptions = {}): RunCall {
  const { wait = false, before, inputOf, budget, ...others } = options
  for (const name of ['log', 'from'])
    if (name in options) throw new UsageError(`A session has its own logs: leave the option \`${name}\` out.`)
  if (typeof wait !== 'boolean') throw new UsageError(`\`wait\` is ${JSON.stringify(wait)}; it must be true or false.`)
  const runnable = runnableBehind(ran)
  checkPipelineOptions(runnable, options)
  const added = input === undefined ? undefined : messagesFrom(input)
  if (added?.length === 0) throw new UsageError('The input holds no message. To resume the last run, leave it out.')
  if (added && others.decisions)
    throw new UsageError('`decisions` settle the requests of the last run: leave the input out to resume it first.')
  if (before !== undefined && !added)
    throw new UsageError('`before` leaves out turns of the conversation that the input continues: pass an input.')
  return {
    runnable,
    added,
    inputOf: runnable.kind === 'pipeline' ? (inputOf ?? textOfLast) : undefined,
    wait,
    before,
    budget,
    rest: others,
  }
}

/** The input of a pipeline where the caller has no `inputOf`. */
const textOfLast = (conversation: readonly Message[]): string => plainText(conversation.at(-1)?.content)

function checkPipelineOptions({ kind, name }: Runnable, { inputOf, budget }: RunCallOptions): void {
  if (inputOf !== undefined && typeof inputOf !== 'function')
    throw new UsageError('`inputOf` must be a function of the conversation that returns the input of the pipeline.')
  if (kind === 'agent' && (inputOf ?? budget) !== undefined)
    throw new UsageError(
      `\`inputOf\` and \`budget\` are options of pipelines; \`${name}\` is an agent, which gets the messages and has a budget of its own.`,
    )
}
