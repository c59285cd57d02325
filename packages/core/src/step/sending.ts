// Sends the request of a step and remembers who answers it.
import type { ChatModel, ModelOptions } from '@toolloop/wire'
import type { Meter } from '../control/meter.ts'
import { chunksOf, type Piece } from '../models/chunks-of.ts'
import { type ModelLayer, ModelOnion } from '../models/model-onion.ts'
import type { Run } from '../run/run.ts'
import { authorsOf } from './earlier-steps.ts'
import { startsEarly } from './early-calls.ts'
import type { StepPlan } from './request.ts'

/** One request of a step on its way to a model: directly, through middlewares, or through a model made of several. */
export class Sending {
  readonly #run: Run
  readonly #plan: StepPlan
  readonly #step: number
  readonly #meter: Meter | undefined
  /** The model that is sent the request, where the step's model is made of several. */
  #served: ChatModel | undefined
  #onion: ModelOnion | undefined

  constructor(run: Run, plan: StepPlan, meter: Meter | undefined) {
    this.#run = run
    this.#plan = plan
    this.#step = run.state.step
    this.#meter = meter
  }

  /** Sends the request; a streamed one at the first `next()`. */
  open(): AsyncIterator<Piece> {
    const options: ModelOptions = {
      signal: this.#run.signal,
      memory: this.#run.memory,
      onRetry: ({ attempt, delay, error }) =>
        this.#run.emit({ type: 'attempt.retry', step: this.#step, attempt, delay, error }),
      onModel: (model) => this.#serve(model),
      authorOf: (this.#run.authorOf ??= authorsOf(this.#run)),
    }
    const { model, request } = this.#plan
    const { modelLayers } = this.#run.agent
    if (modelLayers) return this.#through(modelLayers, options)
    return chunksOf(model, request, options, this.#wire())[Symbol.asyncIterator]()
  }

  /** The model whose price counts. */
  get model(): ChatModel {
    return this.#served ?? this.#plan.model
  }

  /** Whether the request reached a model: no middleware answered it. */
  get isSent(): boolean {
    return this.#onion?.answeredBy === undefined
  }

  /** The middleware or the one of several models that answers, as a field of facts. */
  get servedBy(): { readonly servedBy?: string } {
    const name = this.#onion?.answeredBy ?? this.#served?.name
    return name === undefined ? {} : { servedBy: name }
  }

  #serve(model: ChatModel): void {
    this.#served = model
    this.#meter?.serve(this.#run.level.budget?.priceOf(model))
  }

  #through(layers: readonly ModelLayer[], options: ModelOptions): AsyncIterator<Piece> {
    const { agent, id: runId, context, signal, requests } = this.#run
    const { model, request } = this.#plan
    const step = this.#step
    const wire = this.#wire()
    const call = {
      request,
      model: model.name,
      agent: agent.name,
      runId,
      step,
      context,
      signal,
      onRetry: options.onRetry,
    }
    this.#onion = new ModelOnion(layers, call, (sent) => {
      const { messages, ...rest } = sent
      requests[step] = { rest, head: messages, upTo: 0 }
      return chunksOf(model, sent, options, wire)
    })
    return this.#onion[Symbol.asyncIterator]()
  }

  #wire(): 'stream' | 'plain' {
    const { agent, watched } = this.#run
    if (agent.wire) return agent.wire
    if (this.#meter) return 'stream' // a plain answer cannot be cut
    const isStreamed = watched || this.#plan.tools.some((name) => startsEarly(this.#run, this.#plan, name))
    return isStreamed ? 'stream' : 'plain'
  }
}
