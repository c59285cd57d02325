import { OutputError } from '@toolloop/schema'
import { plainText } from '@toolloop/wire'
import type { Run } from './run.ts'
import type { Step } from '../facts/open-step.ts'

/** The typed value of an answer's text. Each text is parsed and validated once. @throws OutputError */
export async function readAnswer(run: Run, text: string): Promise<unknown> {
  if (!run.agent.output) return text
  run.answers ??= new Map()
  if (!run.answers.has(text)) run.answers.set(text, await run.agent.output.parse(text, run.context))
  return run.answers.get(text)
}

/** The text of an answer: the arguments of the first accepted `final_answer`, else the content, else the audio's transcript. */
export function textOf({ message, calls }: Pick<Step, 'message' | 'calls'>): string {
  const final = calls.find((call) => call.final && call.ok)
  if (final) return final.arguments
  const { content, audio } = message
  if (typeof content === 'string' && content !== '') return content
  if (Array.isArray(content)) return plainText(content)
  return audio && 'transcript' in audio && typeof audio.transcript === 'string' ? audio.transcript : ''
}

/** The error of a rejected answer. */
export async function misfitOf(run: Run, step: Step): Promise<unknown> {
  const text = step.calls.find((call) => call.final)?.arguments ?? textOf(step)
  try {
    await readAnswer(run, text)
    return new OutputError('The answer was rejected', [], { text })
  } catch (error) {
    return error
  }
}
