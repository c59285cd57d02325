import { type Chunk, type Completion, finishOf, StreamError } from '@toolloop/wire'

/** What the chunks of an answer have shown so far. Reads the first choice. */
export class AnswerCheck {
  /** Text, reasoning or calls have arrived: an answer that a consumer may have seen. */
  begun = false
  /** Calls have arrived. */
  calls = false
  /** The text so far, if it is kept. */
  text = ''
  readonly #keepsText: boolean
  #answered = false
  #finish: string | null = null

  constructor(keepsText: boolean) {
    this.#keepsText = keepsText
  }

  /** Follows chunks. Constant work per chunk once an answer has begun. */
  follow(chunks: readonly Chunk[]): void {
    for (const chunk of chunks)
      for (const choice of chunk?.choices ?? []) {
        const { delta } = choice
        if ((choice.index ?? 0) !== 0) continue
        if (choice.finish_reason) this.#finish = choice.finish_reason
        if (!delta) continue
        if (!this.#answered || !this.calls) this.#look(delta)
        if (this.#keepsText && typeof delta.content === 'string') this.text += delta.content
      }
  }

  /** Why this complete answer is a failure; `undefined` for one that can be used. */
  problem(model: string): StreamError | undefined {
    return problemOf(model, this.#finish, this.#answered)
  }

  #look(delta: object): void {
    for (const [key, value] of Object.entries(delta)) {
      if (key === 'role' || isNothing(value)) continue
      this.begun = true
      if (answers.has(key)) this.#answered = true
      if (key === 'tool_calls' || key === 'function_call') this.calls = true
    }
  }
}

/** Why this plain answer is a failure; `undefined` for one that can be used. */
export function problemIn(model: string, { choices }: Completion): StreamError | undefined {
  const [choice] = choices ?? []
  const message: object = choice?.message ?? {}
  const answered = Object.entries(message).some(([key, value]) => answers.has(key) && !isNothing(value))
  return problemOf(model, choice?.finish_reason ?? null, answered)
}

/** Fields of a message that are an answer. Reasoning alone is none. */
const answers: ReadonlySet<string> = new Set(['content', 'refusal', 'tool_calls', 'function_call', 'audio'])

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

function problemOf(model: string, reason: string | null, answered: boolean): StreamError | undefined {
  const finish = finishOf(reason)
  const shown = `finish_reason ${JSON.stringify(reason)}`
  if (finish === 'failed') return new StreamError(`The model \`${model}\` broke its answer off: ${shown}.`)
  if (answered || finish === 'truncated' || finish === 'filtered') return undefined
  return new StreamError(`The model \`${model}\` gave an empty answer (${shown}).`)
}
