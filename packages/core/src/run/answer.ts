import { OutputError } from '@toolloop/schema'
import type { Run } from './run.ts'
import type { Step } from '../facts/open-step.ts'

/** The text of an answer as its schema gives it; read and checked once. @throws OutputError */
export async function readAnswer(run: Run, text: string): Promise<unknown> {
  if (!run.agent.output) return text
  run.answers ??= new Map()
  if (!run.answers.has(text)) run.answers.set(text, await run.agent.output.parse(text, run.context))
  return run.answers.get(text)
}

/** The arguments of the first call that gave the answer, else the text of the message, spoken or written. */
export function textOf({ message, calls }: Pick<Step, 'message' | 'calls'>): string {
  const final = calls.find((call) => call.final && call.ok)
  if (final) return final.arguments
  const { content, audio } = message
  if (typeof content === 'string' && content !== '') return content
  if (Array.isArray(content)) return content.map((part) => (part.type === 'text' ? part.text : part.refusal)).join('')
  return audio && 'transcript' in audio && typeof audio.transcript === 'string' ? audio.transcript : ''
}

/** What was wrong with the answer of a step. */
export async function misfitOf(run: Run, step: Step): Promise<unknown> {
  const text = step.calls.find((call) => call.final)?.arguments ?? textOf(step)
  try {
    await readAnswer(run, text)
    return new OutputError('The answer was refused', [], { text })
  } catch (error) {
    return error
  }
}
