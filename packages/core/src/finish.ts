import { OutputError } from '@toolloop/schema'
import { fact, type RunEvent } from './events.ts'
import { adopt } from './input.ts'
import type { Outcome } from './outcome.ts'
import { failed } from './failure.ts'
import type { Run } from './run.ts'
import type { Step } from './state.ts'
import { isEmpty } from './transcript.ts'

/** The last step was an answer: say what it comes to, or ask again for one that fits. */
export async function* finish(run: Run): AsyncGenerator<RunEvent[], void, void> {
  const step = run.state.steps.at(-1)!
  const ending = endingOf(step)
  if (ending) return yield [fact({ type: 'run.done', outcome: ending })]
  if (isEmpty(step.message)) return yield [failed(run, new OutputError('The model gave an empty answer, twice', []))]
  const text = textOf(step)
  if (run.agent.output) {
    try {
      run.output ??= { value: await run.agent.output.parse(text, run.context) }
    } catch (error) {
      if (!(error instanceof OutputError) || run.state.asks >= run.agent.output.retries)
        return yield [failed(run, error)]
      return yield [
        fact({
          type: 'message.add',
          origin: 'output',
          message: adopt({ role: 'user', content: `${error.message}\nAnswer again.` }),
        }),
      ]
    }
  }
  yield [fact({ type: 'run.done', outcome: { status: 'done', text } })]
}

function endingOf({ message, finish_reason }: Step): Outcome | undefined {
  if (finish_reason === 'content_filter') return { status: 'filtered' }
  if (message.refusal) return { status: 'refused', refusal: message.refusal }
  if (finish_reason === 'length') return { status: 'truncated' }
  return undefined
}

/** The arguments of the call that gave the answer, else the message's text. */
export function textOf({ message, calls }: Pick<Step, 'message' | 'calls'>): string {
  const final = calls.find((call) => call.final && call.ok)
  if (final) return final.arguments
  const { content } = message
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : part.refusal)).join('')
}
