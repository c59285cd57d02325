// Strategies that drop the oldest messages, or what tools have returned long ago.
import { checkOptions, type Message, type OptionCheck, UsageError, wholeNumber } from '@toolloop/wire'
import { cutOldest } from './cut.ts'
import type { Compaction } from './strategy.ts'

export interface KeepLastOptions {
  /** Acts when there are more messages than this, so that not every step breaks the prompt cache. @default twice as many as are kept */
  readonly over?: number | undefined
}

/**
 * Keeps the last `count` messages at most, and leading system messages. A call stays with its result, and the kept part
 * begins with a user message: where it would not, the last one before it stays, too.
 */
export function keepLast(count: number, options: KeepLastOptions = {}): Compaction {
  checkWhole('keepLast', { count, ...options }, ['count', 'over'])
  const { over = count * 2 } = options
  return named('keepLast', ({ messages }) => {
    if (messages.length <= over) return undefined
    return dropped(messages, (kept) => kept.length <= count)
  })
}

export interface TokenBudgetOptions {
  /** Estimated tokens that are kept at most. @default half of the budget */
  readonly to?: number | undefined
}

/** Acts when the conversation has more than `tokens` estimated tokens, and drops the oldest messages as `keepLast` does. */
export function tokenBudget(tokens: number, options: TokenBudgetOptions = {}): Compaction {
  checkWhole('tokenBudget', { tokens, ...options }, ['tokens', 'to'])
  const { to = Math.ceil(tokens / 2) } = options
  if (to > tokens)
    throw new UsageError(`\`tokenBudget\`: \`to\` is ${to}; it must be at most the budget of ${tokens} tokens.`)
  return named('tokenBudget', ({ messages, tokens: count }) => {
    if (count(messages) <= tokens) return undefined
    return dropped(messages, (kept) => count(kept) <= to)
  })
}

export interface ClearToolResultsOptions {
  /** Acts when the conversation has more estimated tokens than this. */
  readonly over: number
  /** The last results that stay. @default 3 */
  readonly keep?: number | undefined
  /** Names of tools whose results stay. @default none */
  readonly except?: readonly string[] | undefined
  /** Estimated tokens that must become free; else nothing is cleared. @default half of `over`, so that not every step breaks the prompt cache */
  readonly atLeast?: number | undefined
  /** Stands in place of a result. */
  readonly note?: string | undefined
}

/** Replaces old results of tools by a short note. The calls stay, so the model can call again. */
export function clearToolResults(options: ClearToolResultsOptions): Compaction {
  checkWhole('clearToolResults', options, ['over', 'keep', 'except', 'atLeast', 'note'])
  const { over, keep = 3, except = [], atLeast = over / 2, note = 'The result was removed to save space.' } = options
  if (!Number.isSafeInteger(over))
    throw new UsageError('`clearToolResults` needs `over`: the tokens from which on it acts.')
  return named('clearToolResults', ({ messages, tokens }) => {
    if (tokens(messages) <= over) return undefined
    const names = namesOf(messages)
    const old = messages.filter(({ role }) => role === 'tool').slice(0, keep === 0 ? undefined : -keep)
    const clears = new Set(
      old.filter(
        (message) =>
          message.role === 'tool' && !except.includes(names.get(message.tool_call_id) ?? '') && isLonger(message, note),
      ),
    )
    const cleared = messages.map((message): Message => (clears.has(message) ? { ...message, content: note } : message))
    return clears.size > 0 && tokens(messages) - tokens(cleared) >= atLeast ? cleared : undefined
  })
}

const isLonger = ({ content }: Message, note: string): boolean =>
  content !== note && (typeof content === 'string' ? content : JSON.stringify(content ?? '')).length > note.length

function namesOf(messages: readonly Message[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const message of messages)
    if (message.role === 'assistant')
      for (const call of message.tool_calls ?? [])
        names.set(call.id, 'function' in call ? call.function.name : call.custom.name)
  return names
}

function dropped(
  messages: readonly Message[],
  fits: (kept: readonly Message[]) => boolean,
): readonly Message[] | undefined {
  const { head, older, kept } = cutOldest(messages, fits)
  return older.length > 0 ? [...head, ...kept] : undefined
}

/** A strategy under the name that is recorded. */
export function named(name: string, strategy: Compaction): Compaction {
  return Object.defineProperty(strategy, 'name', { value: name })
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isModel = (value: unknown): boolean => isText(value) || (typeof value === 'object' && value !== null)
const checks: Readonly<Record<string, OptionCheck>> = {
  count: wholeNumber(1),
  tokens: wholeNumber(1),
  over: wholeNumber(1),
  to: wholeNumber(1),
  keep: wholeNumber(0),
  atLeast: wholeNumber(0),
  maxTokens: wholeNumber(1),
  note: [isText, 'a text that is not empty'],
  instructions: [isText, 'a text that is not empty'],
  model: [isModel, "a model's id or a ChatModel"],
  except: [(value) => Array.isArray(value) && value.every(isText), 'a list of names of tools'],
}

/** @throws UsageError for an unknown or invalid option */
export function checkWhole(who: string, options: object, names: readonly string[]): void {
  checkOptions(`\`${who}\``, options, Object.fromEntries(names.map((name) => [name, checks[name]!])))
}
