// Executes a tool: attempts, deadline, abort, progress.
import { InputRequired, ToolRetry } from '@toolloop/schema'
import type { ToolContext } from '@toolloop/schema'
import { brand, sleep, ToolloopError } from '@toolloop/wire'
import { Deadline } from '../run/deadline.ts'
import { runHasEnded } from '../run/level.ts'
import type { Run } from '../run/run.ts'
import type { AnyTool } from '../agent/spec.ts'
import { toolGrace } from '../run/in-time.ts'
import { ownArguments, type ParsedCall } from './own-arguments.ts'
import { isThenable } from '../run/thenable.ts'

/** A tool took longer than its `timeout`. */
export class ToolTimeout extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ToolTimeout')
  override readonly name = 'ToolTimeout'

  constructor(tool: string, ms: number) {
    super('timeout', `The tool \`${tool}\` did not finish within ${ms} ms.`)
  }

  static {
    brand(this)
  }
}

/** A tool's context without the fields of an attempt. */
export type CallContext = Omit<ToolContext, 'signal' | 'attempt' | 'progress'>

/**
 * Executes a tool: retries under one deadline, with growing delays. Settles when the deadline passes, or `toolGrace`
 * milliseconds after an abort, even if the tool does not; its later result is ignored.
 */
export async function execute(run: Run, parsed: ParsedCall, call: CallContext): Promise<unknown> {
  const { tool } = parsed
  const { timeout, retries = 0 } = tool.policy
  const late = (ms: number): Error => new ToolTimeout(tool.name, ms)
  const deadline = new Deadline(run.signal, run.clock, { timeout, late, linger })
  const { step } = call
  const callId = call.call.id
  let settled = false
  const progress = (data: unknown): void => {
    if (!settled) run.emit({ type: 'tool.progress', step, callId, name: tool.name, data })
  }
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const context = { ...call, signal: deadline.signal, attempt, progress }
        const result = deadline.unlessPassed(() => {
          const own = retries > 0 ? ownArguments(parsed) : parsed.args // an attempt may change its arguments
          return own instanceof Promise ? own.then((args) => invoke(tool, args, context)) : invoke(tool, own, context)
        })
        return result instanceof Promise ? ((await result) as unknown) : result
      } catch (error) {
        if (deadline.passed || deadline.signal.aborted || attempt > retries || isFinal(error)) throw error
        const delay = Math.min(250 * 2 ** (attempt - 1), 8_000)
        run.emit({ type: 'attempt.retry', step, callId, attempt, delay, error })
        await sleep(run.clock, delay, deadline.signal)
      }
    }
  } finally {
    settled = true
    deadline.close()
  }
}

/** Errors that another attempt would only repeat. */
const isFinal = (error: unknown): boolean => error instanceof ToolRetry || error instanceof InputRequired

const linger = (reason: unknown): number => (reason === runHasEnded ? 0 : toolGrace)

function invoke(tool: AnyTool, args: unknown, context: ToolContext): unknown {
  const returned: unknown = tool.execute!(args, context)
  if (isThenable(returned)) return Promise.resolve(returned).then((value) => finalValue(value, context))
  return finalValue(returned, context)
}

const finalValue = (returned: unknown, context: ToolContext): unknown =>
  isGenerator(returned) ? drained(returned, context) : returned

/** Yielded values are progress; the return value is the result. */
async function drained(returned: AnyGenerator, context: ToolContext): Promise<unknown> {
  for (;;) {
    const { done, value } = await returned.next()
    if (done) return value
    if (context.signal.aborted) {
      await returned.return(undefined)
      throw context.signal.reason as Error
    }
    context.progress(value)
  }
}

type AnyGenerator = AsyncGenerator<unknown, unknown> | Generator<unknown, unknown>

/** Only generators have `throw`. An iterator such as `array.values().map(…)` is a plain value. */
function isGenerator(value: unknown): value is AnyGenerator {
  if (typeof value !== 'object' || value === null) return false
  return (Symbol.asyncIterator in value || Symbol.iterator in value) && 'next' in value && 'throw' in value
}
