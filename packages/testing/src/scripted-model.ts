// A model that plays a script in the same process: no HTTP, no bytes, the same chunks.
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

/** A `ChatModel` that plays a script and remembers what it was asked. */
export interface ScriptedModel extends ChatModel, AsyncDisposable {
  /** Every request so far, as JSON would carry it: what the caller changes later does not show here. */
  readonly requests: readonly ModelRequest[]
  stream(request: ModelRequest, options?: ModelOptions): AsyncGenerator<Chunk, void, undefined>
  create(request: ModelRequest, options?: ModelOptions): Promise<Completion>
  /** Throws when a request had no step, a step failed, or a step was left over. `await using` calls it too. */
  assertUsed(): void
}

/**
 * A model whose answers are written down: `scriptedModel([call('add', { a: 1, b: 2 }), text('3')])`. A request too
 * many throws a `UsageError`; `assertUsed()` throws where steps are left. Faults act on the same bytes as over HTTP:
 * only what arrives whole before a cut is handed out, then the error of a broken connection is thrown.
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
          begun ||= saysSomething(chunk)
          progress.follow(chunk)
        }
      } catch (error) {
        if (!isBroken(error) || !begun) throw error
        // An answer that had finished stands, if no event was cut behind it; else what was said cannot be taken back.
        if (!progress.whole || cutsEvent(plan)) throw brokenAnswer(error.message, error)
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
        throw connectionError(`is no whole JSON: ${text.slice(0, 80)}`)
      if (body === undefined) throw new ScriptedFailure(200, text)
      return body
    },
    assertUsed: () => playback.assertUsed(),
    [Symbol.asyncDispose]: async () => playback.assertUsed(),
  }
}

/** Which of the choices that were asked for have begun, and which have finished. */
class Progress {
  readonly #asked: number
  readonly #begun = new Set<number>()
  readonly #finished = new Set<number>()

  constructor(asked: number) {
    this.#asked = asked
  }

  /** Nothing that was asked for is missing, whatever becomes of the rest. */
  get whole(): boolean {
    return this.#finished.size >= this.#asked
  }

  /** A server may answer with fewer choices than were asked for, but not with half of one. */
  get mayEnd(): boolean {
    return this.#finished.size > 0 && this.#finished.size >= this.#begun.size
  }

  follow(chunk: Chunk): void {
    for (const { index: given, finish_reason: finish } of chunk.choices ?? []) {
      const index = given ?? 0
      if (index >= this.#asked) continue
      this.#begun.add(index)
      if (finish) this.#finished.add(index)
    }
  }
}

function chunkIn({ kind, json }: Frame): Chunk {
  const chunk = parsed(json)
  if (kind === 'error') throw new ScriptedFailure(200, chunk)
  if (chunk === undefined) throw brokenAnswer(`The scripted stream holds what is not JSON: ${json.slice(0, 80)}`)
  return chunk
}

/** A role alone says nothing yet. */
function saysSomething(chunk: Chunk): boolean {
  return (chunk.choices ?? []).some(({ delta }) =>
    Object.entries(delta ?? {}).some(([key, value]) => key !== 'role' && value !== null && value !== ''),
  )
}

function isBroken(error: unknown): error is ToolloopError {
  return error instanceof ToolloopError && error.code === 'connection'
}
