// What guardrails are given to check.
import { type AssistantMessage, plainText } from '@toolloop/wire'
import type { GuardrailSubjects } from '../agent/guardrail.ts'
import { FINAL_TOOL } from '../agent/output.ts'
import { argumentsOf, nameOf } from '../facts/calls.ts'
import { frozenCopy } from '../facts/own-copy.ts'
import type { RunState } from '../facts/state.ts'
import { messagesOf } from '../facts/state-views.ts'
import { readAnswer } from '../run/answer.ts'
import type { Run } from '../run/run.ts'

export function inputSubject(state: RunState): GuardrailSubjects['input'] {
  const messages = messagesOf(state)
  // After a handoff, and in a resumed run, the model may have answered since the last input.
  const until = messages.findLastIndex(({ role }) => role === 'user') + 1
  const added = messages.slice(messages.slice(0, until).findLastIndex(({ role }) => role === 'assistant') + 1, until)
  const text = added.flatMap(({ role, content }) => (role === 'user' ? plainText(content) : [])).join('\n')
  return Object.freeze({ text, messages: Object.freeze(messages) })
}

export async function outputSubject(run: Run, message: AssistantMessage): Promise<GuardrailSubjects['output']> {
  const final = finalCall(message)
  const isAnswer = final !== undefined || !message.tool_calls?.length
  const answer = final ? argumentsOf(final) : plainText(message.content)
  return Object.freeze({
    text: textOf(message),
    message,
    isAnswer,
    output: isAnswer ? await outputIn(run, answer) : undefined,
  })
}

/** What a message shows: its content, refusal, and the arguments of `final_answer`. */
export function textOf(message: AssistantMessage): string {
  const final = finalCall(message)
  return [plainText(message.content), message.refusal ?? '', final ? argumentsOf(final) : '']
    .filter((part) => part !== '')
    .join('\n')
}

const finalCall = ({ tool_calls: calls }: AssistantMessage) => calls?.find((call) => nameOf(call) === FINAL_TOOL)

/** `undefined` for an answer that does not fit: the model is asked for another one. */
async function outputIn(run: Run, text: string): Promise<unknown> {
  try {
    return frozenCopy(await readAnswer(run, text))
  } catch {
    return undefined
  }
}
