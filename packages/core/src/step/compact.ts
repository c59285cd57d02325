// Shortens the conversation before a step.
import { CompletionBuilder } from '@toolloop/stream'
import { type Completion, type Message, type ModelRequest, UsageError } from '@toolloop/wire'
import { messagesFrom } from '../agent/input.ts'
import type { Compaction, CompactionRequest } from '../compaction/strategy.ts'
import { countOf, partTokens } from '../agent/count-tokens.ts'
import type { Meter } from '../control/meter.ts'
import { type CompactionCall, editsBetween } from '../facts/compaction.ts'
import { type Fact, fact } from '../facts/events.ts'
import { conversationOf, shownOf } from '../facts/state.ts'
import { costOf, soundUsage } from '../facts/usage.ts'
import { chunksIn, chunksOf, WholeAnswer } from '../models/chunks-of.ts'
import type { Run } from '../run/run.ts'
import { reserveInTurn } from './spending.ts'

/** The calls of a compaction, and what they take from a budget. */
interface Asked {
  readonly calls: CompactionCall[]
  tokens: number
  usd: number
}

/** The fact of a shorter conversation; `undefined` when the strategies leave it as it is. Once for each step at most. */
export async function compacted(run: Run, strategies: readonly Compaction[]): Promise<Fact | undefined> {
  const { state } = run
  if (state.compactions.at(-1)?.step === state.step) return undefined
  const before = shownOf(state)
  const asked: Asked = { calls: [], tokens: 0, usd: 0 }
  const by: string[] = []
  let messages = before
  for (const strategy of strategies) {
    const after = await strategy({
      messages,
      step: state.step,
      signal: run.signal,
      tokens: (some) => tokensOf(run, some),
      ask: (request) => ask(run, request, asked),
    })
    if (run.signal.aborted) return undefined
    if (!after) continue
    const name = strategy.name || 'compact'
    messages = checked(name, messages, after)
    by.push(name)
  }
  const edits = editsBetween(before, messages)
  const { calls, tokens, usd } = asked
  if (edits.length === 0 && calls.length === 0) return undefined
  if (edits.length > 0) leaveOld(run, conversationOf(state))
  return fact({
    type: 'messages.compact',
    step: state.step,
    by,
    edits,
    ...(calls.length > 0 && { asked: calls, spent: { tokens, usd } }),
  })
}

/** @throws UsageError for messages that cannot be sent */
function checked(name: string, before: readonly Message[], after: readonly Message[]): readonly Message[] {
  if (after.length === 0)
    throw new UsageError(
      `The compaction \`${name}\` returned no message; return \`undefined\` to keep the conversation.`,
    )
  const known = new Set(before)
  try {
    const copies = messagesFrom(after)
    return copies.map((copy, at) => (known.has(after[at]!) ? after[at]! : copy))
  } catch (cause) {
    throw new UsageError(`The compaction \`${name}\` returned invalid messages: ${(cause as Error).message}`, { cause })
  }
}

/** `result.request` of earlier steps goes on to read the conversation as it was; ids are looked for again. */
function leaveOld(run: Run, before: readonly Message[]): void {
  for (const parts of run.requests) if (parts) parts.conversation ??= before
  run.seen.upTo = 0
}

function tokensOf(run: Run, messages: readonly Message[]): number {
  const counts = (run.counts ??= new WeakMap())
  let sum = 0
  for (const message of messages) {
    const count = counts.get(message) ?? partTokens(message, run.agent.budget?.countTokens)
    counts.set(message, count)
    sum += count
  }
  return sum
}

/** One plain request, within the budget. It passes no middleware. */
async function ask(
  run: Run,
  { model, messages, maxTokens }: CompactionRequest,
  asked: Asked,
): Promise<string | undefined> {
  const { agent, path, signal } = run
  const { budget } = run.level
  const chat = agent.model(model)
  let request: ModelRequest = { messages: [...messages], ...(maxTokens && { max_completion_tokens: maxTokens }) }
  let meter: Meter | undefined
  if (budget?.counts) {
    const reservation = await reserveInTurn(budget, { path, request, model: chat, isLast: false, used: asked }, signal)
    if (!reservation || 'owner' in reservation) return undefined
    meter = reservation.meter
    if (reservation.limit !== undefined) request = { ...request, max_completion_tokens: reservation.limit }
  }
  const builder = new CompletionBuilder({ chunkEvents: false })
  for await (const piece of chunksOf(chat, request, { signal }, 'plain')) {
    const chunks = chunksIn(piece)
    meter?.admit(chunks)
    if (piece instanceof WholeAnswer) builder.pushWhole(piece.body)
    else builder.push(chunks)
  }
  builder.finish()
  const completion = builder.snapshot()
  const usage = soundUsage(completion.usage)
  const text = contentOf(completion)
  const cost = costOf(budget?.priceOf(chat) ?? chat.price, usage)
  const spent = meter?.spentWith(usage) // with the requests before
  asked.tokens = spent?.tokens ?? asked.tokens + (usage?.total_tokens ?? 0)
  asked.usd = spent?.usd ?? asked.usd + (cost ?? 0)
  asked.calls.push({
    model: chat.name,
    usage,
    ...(cost !== undefined && { cost }),
    ...(!usage && { estimated: countOf(text, undefined) }),
  })
  return text
}

function contentOf({ choices }: Completion): string {
  const { content } = choices[0]?.message ?? {}
  return typeof content === 'string' ? content : ''
}
