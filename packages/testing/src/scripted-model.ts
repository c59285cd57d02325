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
import { parsed } from './json-object.ts'
import { planOf, type Frame, type Plan } from './plan.ts'
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
      let finished = false
      try {
        for await (const frame of arriving(plan, clock, signal)) {
          if (frame.kind === 'done') return
          const chunk = chunkIn(frame)
          yield chunk
          begun ||= saysSomething(chunk)
          finished ||= chunk.choices?.some((choice) => choice.finish_reason) ?? false
        }
      } catch (error) {
        if (!isBroken(error) || !begun) throw error
        // The answer had come to its end already; else what was said cannot be taken back.
        if (!finished) throw brokenAnswer(error.message, error)
      }
      if (!finished) throw brokenAnswer('The scripted answer ended with neither a finish_reason nor [DONE]')
    },
    async create(request, { signal } = {}) {
      let text = ''
      for await (const frame of arriving(await answer(request, false, signal), clock, signal)) {
        if (frame.kind === 'error') throw new ScriptedFailure(200, parsed(frame.json))
        text += frame.text
      }
      const body = parsed(text)
      if (body === undefined) throw connectionError(`is no whole JSON: ${text.slice(0, 80)}`)
      return body
    },
    assertUsed: () => playback.assertUsed(),
    [Symbol.asyncDispose]: async () => playback.assertUsed(),
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
