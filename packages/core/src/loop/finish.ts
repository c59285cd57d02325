import { OutputError } from '@toolloop/schema'
import { finishOf, StreamError } from '@toolloop/wire'
import { readAnswer, textOf } from '../run/answer.ts'
import { bareAnswer } from '../facts/bare-answer.ts'
import { fact } from '../facts/events.ts'
import { failed } from '../facts/failure.ts'
import { adopt } from '../facts/own-message.ts'
import type { Source } from '../run/scope.ts'
import type { Outcome } from '../facts/outcome.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../facts/open-step.ts'

/** The last step was an answer: ends the run, or retries an answer that was rejected. */
// oxlint-disable-next-line require-yield -- its only batch is its last
export async function* finish(run: Run): Source {
  const step = run.state.steps.at(-1)!
  const ending = endingOf(step)
  if (ending && run.state.wrapUp)
    return [fact({ type: 'run.done', outcome: { status: 'budget', ...run.state.wrapUp.spent } })]
  if (ending) return [fact({ type: 'run.done', outcome: ending })]
  const bare = bareAnswer(step.message, step.finish_reason)
  if (bare !== undefined) return [failed(new StreamError(`The model ${bare}, twice.`))]
  const text = textOf(step)
  let value: unknown
  try {
    value = await readAnswer(run, text)
  } catch (error) {
    const output = run.agent.output!
    if (!(error instanceof OutputError) || run.state.asks >= output.retries) return [failed(error)]
    const message = adopt({ role: 'user', content: `${error.message}\nAnswer again.` })
    return [fact({ type: 'message.add', origin: 'output', message })]
  }
  const { wrapUp } = run.state
  const outcome: Outcome = wrapUp ? { status: 'budget', ...wrapUp.spent, text } : { status: 'done', text }
  const done = fact({ type: 'run.done', outcome })
  if (!run.watched || !run.agent.output || wrapUp) return [done]
  return [{ type: 'output.done', ...run.level.runMark, step: step.step, output: value }, done]
}

function endingOf({ message, calls, finish_reason }: Step): Outcome | undefined {
  if (calls.some((call) => call.final && call.ok)) return undefined
  const end = finishOf(finish_reason)
  if (end === 'filtered') return { status: 'filtered' }
  if (message.refusal) return { status: 'refused', refusal: message.refusal }
  if (end === 'truncated') return { status: 'truncated' }
  return undefined
}
