import { OutputError } from '@toolloop/schema'
import { deepFreeze, type Message, StreamError } from '@toolloop/wire'
import { readAnswer, textOf } from './answer.ts'
import { type Fact, fact } from './events.ts'
import { failed } from './failure.ts'
import type { Opened, Source } from './scope.ts'
import type { Outcome } from './outcome.ts'
import type { OutputSpec } from './output.ts'
import type { Run } from './run.ts'
import type { Step } from './open-step.ts'
import { isEmpty } from './transcript.ts'

/** The last step was an answer: say what it comes to, or ask again for one that fits. */
export function finish(run: Run): Opened {
  const step = run.state.steps.at(-1)!
  const ending = endingOf(step)
  if (ending) return { first: [fact({ type: 'run.done', outcome: ending })] }
  if (isEmpty(step.message)) return { first: [failed(new StreamError('The model gave an empty answer, twice.'))] }
  const text = textOf(step)
  return run.agent.output ? { rest: judged(run, run.agent.output, text) } : { first: [done(text)] }
}

// oxlint-disable-next-line require-yield -- its only batch is its last
async function* judged(run: Run, output: OutputSpec, text: string): Source {
  try {
    await readAnswer(run, text)
  } catch (error) {
    if (!(error instanceof OutputError) || run.state.asks >= output.retries) return [failed(error)]
    const message = deepFreeze<Message>({ role: 'user', content: `${error.message}\nAnswer again.` })
    return [fact({ type: 'message.add', origin: 'output', message })]
  }
  return [done(text)]
}

const done = (text: string): Fact => fact({ type: 'run.done', outcome: { status: 'done', text } })

function endingOf({ message, calls, finish_reason }: Step): Outcome | undefined {
  if (calls.some((call) => call.final && call.ok)) return undefined
  if (finish_reason === 'content_filter') return { status: 'filtered' }
  if (message.refusal) return { status: 'refused', refusal: message.refusal }
  if (finish_reason === 'length') return { status: 'truncated' }
  return undefined
}
