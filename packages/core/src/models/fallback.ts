// Several models as one: when one fails, the next one is asked.
import { CompletionBuilder } from '@toolloop/stream'
import { foreignMessage } from '@toolloop/transport'
import {
  aFunction,
  type AssistantMessage,
  type ChatModel,
  checkOptions,
  type Chunk,
  type Clock,
  type Completion,
  type Message,
  type ModelOptions,
  type ModelRequest,
  oneOf,
  type Profile,
  showOption,
  systemClock,
  UsageError,
} from '@toolloop/wire'
import { AnswerCheck, problemIn } from './answer-check.ts'
import { chunksIn, chunksOf, WholeAnswer } from './chunks-of.ts'
import { FallbackError } from './fallback-error.ts'
import { highestPrice } from './highest-price.ts'

export interface FallbackOptions {
  /**
   * Whether the next model is asked after this error. @default every error but a wrong use and an invalid request (400 and
   * 422); a request that is too long for the model is none of them
   */
  readonly when?: ((error: unknown, failed: FailedModel) => boolean) | undefined
  /** Milliseconds for which a model that failed is asked last. 0: none. @default 30_000 */
  readonly cooldown?: number | undefined
  /**
   * Text of an answer that breaks off before any call: `drop` it, and the next model writes the answer anew; or `continue`
   * it, and the next model receives the text and writes the rest. @default 'drop'
   */
  readonly partial?: 'drop' | 'continue' | undefined
  /** Measures `cooldown`. @default the system's */
  readonly clock?: Clock | undefined
}

/** A model that failed. */
export interface FailedModel {
  readonly model: ChatModel
  /** A part of its answer had arrived: text, reasoning or calls. */
  readonly begun: boolean
}

/**
 * A model made of several. Each request goes to the first one that is not cooling down; when it fails, to the next one.
 * Before the first token the switch is invisible. After it the stream throws a `FallbackError`, and an agent continues
 * with what it has: see `docs/fallback.md`. Every model receives the conversation in the form of its own server, without
 * the reasoning of others. When all fail, the last error is thrown. Share one object between agents: they share its
 * cooldowns.
 * @throws UsageError for a list with fewer than two models, two models of one name, or an invalid option
 */
export function fallback(models: readonly ChatModel[], options: FallbackOptions = {}): ChatModel {
  checkModels(models)
  checkOptions('fallback()', options, {
    when: aFunction,
    cooldown: [(value) => Number.isFinite(value) && Number(value) >= 0, 'a number of milliseconds, 0 or more'],
    partial: oneOf('drop', 'continue'),
    clock: [
      (value) => typeof (value as Clock | null)?.now === 'function',
      'a clock: { now, setTimeout, clearTimeout }',
    ],
  })
  const chain = new Chain([...models], options)
  const profile = commonProfile(models)
  const price = highestPrice(models.map((model) => model.price)) // what the step cost is computed by the price of the model that served it
  return Object.freeze<ChatModel>({
    name: `fallback(${models.map(({ name }) => name).join(', ')})`,
    ...(profile && { profile }),
    ...(price && { price }),
    models: Object.freeze([...models]),
    stream: (request, modelOptions) => chain.stream(request, modelOptions),
    create: (request, modelOptions) => chain.create(request, modelOptions),
  })
}

/** The models that failed since the last complete answer of one conversation. */
type Failed = Set<ChatModel>

class Chain {
  readonly #models: readonly ChatModel[]
  readonly #when: NonNullable<FallbackOptions['when']>
  readonly #cooldown: number
  readonly #continues: boolean
  readonly #clock: Clock
  /** The time until which a model is asked last. */
  readonly #cooling = new Map<ChatModel, number>()

  constructor(models: readonly ChatModel[], options: FallbackOptions) {
    this.#models = models
    this.#when = options.when ?? isModelFailure
    this.#cooldown = options.cooldown ?? 30_000
    this.#continues = options.partial === 'continue'
    this.#clock = options.clock ?? systemClock
  }

  async *stream(given: ModelRequest, options: ModelOptions = {}): AsyncGenerator<readonly Chunk[], void, undefined> {
    const { failed, order } = this.#begin(options)
    let request = given
    for (const [at, model] of order.entries()) {
      const next = order[at + 1]
      const check = new AnswerCheck(this.#continues)
      const held: Chunk[] = [] // what arrives before the first token: it is dropped with its model
      options.onModel?.(model)
      try {
        const sent = this.#rendered(request, model, options)
        for await (const piece of chunksOf(model, sent, options, 'stream')) {
          const chunks = chunksIn(piece)
          const isShown = check.begun
          check.follow(chunks)
          if (check.begun && isShown) yield chunks
          else if (check.begun) yield held.length > 0 ? [...held.splice(0), ...chunks] : chunks
          else held.push(...chunks)
        }
        const problem = next && check.problem(model.name)
        if (problem) throw problem
        if (held.length > 0) yield held
        return this.#succeed(model, failed)
      } catch (error) {
        this.#fail(model, failed, { error, begun: check.begun, next }, options)
        if (check.begun && !(this.#continues && !check.calls && check.text))
          throw new FallbackError(model.name, next!.name, error)
        if (check.begun) request = continued(request, check.text)
        options.onRetry?.({ attempt: at + 1, delay: 0, error: error as Error })
      }
    }
  }

  async create(request: ModelRequest, options: ModelOptions = {}): Promise<Completion> {
    const { failed, order } = this.#begin(options)
    for (let at = 0; ; at++) {
      const model = order[at]!
      const next = order[at + 1]
      options.onModel?.(model)
      try {
        const completion = await completionOf(model, this.#rendered(request, model, options), options)
        const problem = next && problemIn(model.name, completion)
        if (problem) throw problem
        this.#succeed(model, failed)
        return completion
      } catch (error) {
        this.#fail(model, failed, { error, begun: false, next }, options)
        options.onRetry?.({ attempt: at + 1, delay: 0, error: error as Error })
      }
    }
  }

  /** The models to ask, each once: first those that are ready, then those that cool down, by the time they are ready. */
  #begin({ memory }: ModelOptions): { failed: Failed; order: ChatModel[] } {
    const failed = (memory?.get(this) as Failed | undefined) ?? new Set()
    memory?.set(this, failed)
    const now = this.#clock.now()
    const readyAt = (model: ChatModel): number => Math.max(this.#cooling.get(model) ?? 0, now)
    const order = this.#models.filter((model) => !failed.has(model)).toSorted((a, b) => readyAt(a) - readyAt(b))
    return { failed, order }
  }

  #succeed(model: ChatModel, failed: Failed): void {
    this.#cooling.delete(model)
    failed.clear()
  }

  /** Notes the failure. @throws the error where no other model is asked */
  #fail(
    model: ChatModel,
    failed: Failed,
    { error, begun, next }: { error: unknown; begun: boolean; next: ChatModel | undefined },
    { signal }: ModelOptions,
  ): void {
    if (signal?.aborted || !this.#switches(error, { model, begun })) throw error
    if (this.#cooldown > 0) this.#cooling.set(model, this.#clock.now() + this.#cooldown)
    failed.add(model)
    if (next) return
    failed.clear() // a retry of the step may ask all of them once more
    throw error
  }

  #switches(error: unknown, failed: FailedModel): boolean {
    try {
      return this.#when(error, failed)
    } catch (cause) {
      throw new UsageError(`\`when\` of a fallback threw: ${String(cause)}`, { cause })
    }
  }

  /** The request without the fields that servers of other vendors added to their messages. */
  #rendered(request: ModelRequest, model: ChatModel, { authorOf }: ModelOptions): ModelRequest {
    let changed = false
    const messages = request.messages.map((message) => {
      if (message.role !== 'assistant' || this.#isOwn(message, model, authorOf)) return message
      const foreign = foreignMessage(message)
      changed ||= foreign !== message
      return foreign
    })
    return changed ? { ...request, messages } : request
  }

  /** Whether a server of the same vendor wrote the message. A message of unknown origin counts as the first model's. */
  #isOwn(message: AssistantMessage, model: ChatModel, authorOf: ModelOptions['authorOf']): boolean {
    const name = authorOf?.(message)
    const author = this.#models.find((one) => one.name === name) ?? this.#models[0]!
    return author === model || sameVendor(author.profile, model.profile)
  }
}

/** An unknown server's profile, `compatible`, says nothing about its vendor. */
const sameVendor = (a: Profile | undefined, b: Profile | undefined): boolean =>
  a !== undefined && a.name === b?.name && a.name !== 'compatible'

/** Errors that another model may not have. */
function isModelFailure(error: unknown): boolean {
  if (error instanceof UsageError) return false
  const { status, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  return (status !== 400 && status !== 422) || code === 'context_length_exceeded'
}

/** A plain answer, also of a model that only streams. */
async function completionOf(model: ChatModel, request: ModelRequest, options: ModelOptions): Promise<Completion> {
  const builder = new CompletionBuilder({ chunkEvents: false })
  for await (const piece of chunksOf(model, request, options, 'plain')) {
    if (piece instanceof WholeAnswer) return piece.body as Completion
    builder.push(piece)
  }
  builder.finish()
  return builder.snapshot()
}

/** The request for the rest of an answer. */
function continued(request: ModelRequest, text: string): ModelRequest {
  const messages: Message[] = [...request.messages, { role: 'assistant', content: text }, goOn]
  return { ...request, messages }
}

const goOn: Message = Object.freeze({
  role: 'user',
  content: 'Your last message was cut off. Write the rest of it, from the next character on, and nothing else.',
})

/** The first model's profile, with the output mode that all of them can serve. */
function commonProfile(models: readonly ChatModel[]): Profile | undefined {
  const profiles = models.map(({ profile }) => profile)
  const first = profiles.find((profile) => profile !== undefined)
  if (!first) return undefined
  const output = commonMode(profiles.map((profile) => profile?.output))
  const outputWithTools = commonMode(profiles.map((profile) => profile?.outputWithTools ?? profile?.output))
  return Object.freeze({ ...first, output, outputWithTools })
}

/** Every server that has tools serves `tool`; only `prompt` needs nothing. */
function commonMode(modes: readonly (Profile['output'] | undefined)[]): Profile['output'] {
  const ranks = ['native', 'tool', 'prompt'] as const
  return ranks[Math.max(...modes.map((mode) => ranks.indexOf(mode ?? 'native')))]!
}

function checkModels(models: unknown): asserts models is readonly ChatModel[] {
  if (!Array.isArray(models) || models.length < 2)
    throw new UsageError(`fallback() takes an array of at least two models, not ${showOption(models)}.`)
  const names = new Set<string>()
  for (const [at, model] of (models as readonly (ChatModel | null)[]).entries()) {
    if (typeof model?.name !== 'string' || (typeof model.stream !== 'function' && typeof model.create !== 'function'))
      throw new UsageError(
        `fallback(): models[${at}] is ${showOption(model)}; it must be a ChatModel, e.g. \`chatModel(client, 'gpt-5.1')\`.`,
      )
    if (names.has(model.name))
      throw new UsageError(
        `fallback(): two models have the name ${JSON.stringify(model.name)}, and logs tell them apart by name: { ...model, name: 'another' }.`,
      )
    names.add(model.name)
  }
}
