import type { DeepPartial } from '@toolloop/stream'
import { brand, type Message, type ModelRequest, ToolloopError, UsageError } from '@toolloop/wire'
import type { HeldBy } from '../agent/reached.ts'
import type { ChildRun } from '../facts/branches.ts'
import type { ApprovalRequest } from '../facts/events.ts'
import type { Ending, Exhausted } from '../facts/outcome.ts'
import type { PrefixReport } from '../facts/prefix.ts'
import type { Step } from '../facts/open-step.ts'
import type { RunState } from '../facts/state.ts'
import type { RunUsage } from '../facts/usage.ts'

/**
 * The result of a run: discriminate on `status`. Only `done` has the typed `output`; after handoffs `agent` discriminates
 * it. Runs that ended as `stopped`, `limit`, `budget`, `approval`, `aborted` or `error` can be resumed from their log.
 */
export type Result<Output = string, Held extends HeldBy = HeldBy<string, Output>> = RunReport<Output, Held['agent']> &
  RunEnding<Output, Held>

/** How a run ended, without the fields of its report: what `outputOf` takes, of an agent's run or a pipeline's. */
export type RunEnding<Output = string, Done = { readonly output: Output }> =
  | (Done & { readonly status: 'done' })
  | Exclude<Ending, { status: 'error' | 'budget' }>
  /** `output`: the answer of the last step, where the run was to wrap up. */
  | ({ readonly status: 'budget'; readonly output?: Output } & Exhausted)
  | { readonly status: 'approval'; readonly requests: readonly ApprovalRequest[] }
  | { readonly status: 'error'; readonly error: Error }

/** The fields of every result, however the run ended. */
export interface RunReport<Output = string, Name extends string = string> {
  readonly runId: string
  /** The agent that held the run at its end: the one that was run, or the one that it was handed over to. */
  readonly agent: Name
  /** The conversation without instructions; always valid to send again: `run([...result.messages, next])`. */
  readonly messages: readonly Message[]
  readonly steps: readonly Step[]
  /** The runs inside this one, such as agents that were called as tools. */
  readonly children: readonly ChildRun[]
  /** Of all steps, also those of the runs inside this one. */
  readonly usage: RunUsage
  /** US dollars, likewise; `undefined` where a step's model has no price or its server reported no usage. */
  readonly cost: number | undefined
  readonly timing: { readonly startedAt: number; readonly endedAt: number; readonly ms: number }
  /** The incomplete answer, when there is no `output`. */
  readonly partial: DeepPartial<Output> | undefined
  /** The requests of the whole run that did not extend the one before. Each breaks a provider's prompt cache. */
  readonly prefix: PrefixReport
  /** The request of a step that ran in this process, as it was passed to the model. */
  request(step: number): ModelRequest | undefined
  readonly state: RunState
}

/** Thrown by `outputOf` for a run without an output; carries the result. */
export class RunError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.RunError')
  override readonly name = 'RunError'
  /** The result of the agent's run, or of the pipeline's. */
  declare readonly result: RunEnding<unknown>

  constructor(result: RunEnding<unknown>) {
    super('run', `The run has no output: it ended as \`${result.status}\`${detail(result).replace(/\.$/, '')}.`, {
      retryable: isRetryable(result),
      ...(result.status === 'error' && { cause: result.error }),
    })
    Object.defineProperty(this, 'result', { value: result, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** The typed output of a run that is `done`. @throws RunError, which carries the result, for every other status; UsageError when the value is not a result */
export function outputOf<Ended extends RunEnding<unknown>>(
  result: Ended,
): Extract<Ended, { readonly status: 'done' }>['output']
export function outputOf(result: RunEnding<unknown>): unknown {
  if (!isResult(result)) throw new UsageError(`\`outputOf\` takes the result of a run, ${remedy(result)}`)
  if (result.status === 'done') return result.output
  throw new RunError(result)
}

/** Whether the same run may end as `done`: another answer may be complete, but a spent budget is spent again. */
function isRetryable(result: RunEnding<unknown>): boolean {
  switch (result.status) {
    case 'refused':
    case 'truncated':
    case 'filtered':
    case 'limit':
      return true
    case 'error':
      return !('retryable' in result.error) || result.error.retryable !== false
    default:
      return false
  }
}

const isResult = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'status' in value && 'runId' in value

function remedy(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `not ${JSON.stringify(value) ?? typeof value}.`
  if ('then' in value) return 'not a promise of it: outputOf(await agent.run(…)).'
  if (Symbol.asyncIterator in value) return 'not a stream: outputOf(await stream.result).'
  return 'not another object.'
}

function detail(result: RunEnding<unknown>): string {
  switch (result.status) {
    case 'error':
      return `: ${result.error.message}`
    case 'limit':
      return result.kind === 'steps'
        ? ` after ${result.allowed} steps (raise \`maxSteps\`)`
        : `: the model repeated the same calls (${result.calls.join(', ')}); a tool that is meant to be polled needs \`loopKey: false\``
    case 'budget':
      return `: ${result.spent} of ${result.allowed} ${result.dimension} are spent`
    case 'stopped':
      return ` by ${result.by}`
    case 'aborted':
      return `: ${result.reason}`
    case 'tripped':
      return ` by \`${result.guardrail}\`: ${result.reason}`
    case 'refused':
      return `: ${result.refusal}`
    case 'approval':
      return ` of ${result.requests.map((request) => `\`${request.name}\``).join(', ')}`
    case 'done':
    case 'truncated':
    case 'filtered':
      return ''
  }
}
