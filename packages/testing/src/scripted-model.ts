// A model that plays a script in the same process: the same chunks as over HTTP, without HTTP.
import {
  systemClock,
  ToolloopError,
  type ChatModel,
  type Chunk,
  type Completion,
  type ModelOptions,
  type ModelRequest,
  type Price,
  type Profile,
} from '@toolloop/wire'
import { abortError, brokenAnswer, connectionError, ScriptedFailure } from './api-error.ts'
import { arriving, unlessAborted } from './arrival.ts'
import { isTruncated, parsed } from './json-object.ts'
import { cutsEvent, planOf, type Frame, type Plan } from './plan.ts'
import { Playback, type Script, type ScriptOptions } from './script.ts'

export interface ScriptedModelOptions extends ScriptOptions {
  /** @default 'scripted' */
  readonly name?: string
  readonly profile?: Profile
  readonly price?: Price
}

/** A `ChatModel` that plays a script and records its requests. */
export interface ScriptedModel extends ChatModel, AsyncDisposable {
  /** All requests so far, as JSON copies: later changes by the caller do not affect them. */
  readonly requests: readonly ModelRequest[]
  stream(request: ModelRequest, options?: ModelOptions): AsyncGenerator<Chunk, void, undefined>
  create(request: ModelRequest, options?: ModelOptions): Promise<Completion>
  /** Throws when a request had no step, a step failed, or a step was left over. `await using` calls it too. */
  assertUsed(): void
}

/**
 * A model that answers from a script: `scriptedModel([call('add', { a: 1, b: 2 }), text('3')])`. A request without a
 * step throws a `UsageError`; `assertUsed()` throws where steps are left. Faults act on the same bytes as over HTTP: the
 * chunks that arrive complete before a cut are yielded, then a connection error is thrown.
 */
export function scriptedModel(script: Script, options: ScriptedModelOptions = {}): ScriptedModel {
  const { name = 'scripted', profile, price, deltaSize = 8, delay = 0, clock = systemClock, check } = options
  const playback = new Playback(script)
  const requests: ModelRequest[] = []

  const answer = async (request: ModelRequest, stream: boolean, signal: AbortSignal | undefined): Promise<Plan> => {
    if (signal?.aborted) throw abortError(signal)
    const seen: ModelRequest = JSON.parse(JSON.stringify(request))
    const requestId = `req_${requests.push(seen)}`
    const objection = check?.({ model: name, ...seen })
    if (objection) throw new ScriptedFailure(400, { error: objection })
    const { reply, index } = await unlessAborted(playback.take(seen), signal)
    try {
      const plan = planOf(reply, { index, model: name, request: seen, stream, includeUsage: true, deltaSize, delay })
      return { ...plan, headers: { 'x-request-id': requestId, ...plan.headers } }
    } catch (error) {
      throw playback.fail(error)
    }
  }

  return {
    name,
    ...(profile && { profile }),
    ...(price && { price }),
    requests,
    async *stream(request, { signal } = {}) {
      const plan = await answer(request, true, signal)
      if (!plan.streamed && plan.status < 400) throw new ScriptedFailure(plan.status, plan.frames[0]?.json)
      let begun = false
      const progress = new Progress(request.n ?? 1)
      try {
        for await (const frame of arriving(plan, clock, signal)) {
          if (frame.kind === 'done') return
          const chunk = chunkIn(frame)
          yield chunk
          begun ||= hasContent(chunk)
          progress.follow(chunk)
        }
      } catch (error) {
        if (!isConnectionError(error) || !begun) throw error
        // A finished answer ends normally unless an event was cut after it. Else the yielded chunks make a retry impossible.
        if (!progress.complete || cutsEvent(plan)) throw brokenAnswer(error.message, error)
      }
      if (!progress.mayEnd) throw brokenAnswer('The scripted answer ended with neither a finish_reason nor [DONE]')
    },
    async create(request, { signal } = {}) {
      let text = ''
      for await (const frame of arriving(await answer(request, false, signal), clock, signal)) {
        if (frame.kind === 'error') throw new ScriptedFailure(200, parsed(frame.json))
        text += frame.text
      }
      const body = parsed(text)
      if (body === undefined && (text === '' || isTruncated(text)))
        throw connectionError(`is incomplete JSON: ${text.slice(0, 80)}`)
      if (body === undefined) throw new ScriptedFailure(200, text)
      return body
    },
    assertUsed: () => playback.assertUsed(),
    [Symbol.asyncDispose]: async () => playback.assertUsed(),
  }
}

/** Tracks which of the requested choices have begun, and which have finished. */
class Progress {
  readonly #requested: number
  readonly #begun = new Set<number>()
  readonly #finished = new Set<number>()

  constructor(requested: number) {
    this.#requested = requested
  }

  /** Every requested choice has finished. */
  get complete(): boolean {
    return this.#finished.size >= this.#requested
  }

  /** A server may send fewer choices than requested, but every choice that began must finish. */
  get mayEnd(): boolean {
    return this.#finished.size > 0 && this.#finished.size >= this.#begun.size
  }

  follow(chunk: Chunk): void {
    for (const { index: given, finish_reason: finish } of chunk.choices ?? []) {
      const index = given ?? 0
      if (index >= this.#requested) continue
      this.#begun.add(index)
      if (finish) this.#finished.add(index)
    }
  }
}

function chunkIn({ kind, json }: Frame): Chunk {
  const chunk = parsed(json)
  if (kind === 'error') throw new ScriptedFailure(200, chunk)
  if (chunk === undefined)
    throw brokenAnswer(`The scripted stream holds a chunk that is not JSON: ${json.slice(0, 80)}`)
  return chunk
}

/** A role alone is not content. */
function hasContent(chunk: Chunk): boolean {
  return (chunk.choices ?? []).some(({ delta }) =>
    Object.entries(delta ?? {}).some(([key, value]) => key !== 'role' && value !== null && value !== ''),
  )
}

function isConnectionError(error: unknown): error is ToolloopError {
  return error instanceof ToolloopError && error.code === 'connection'
}
