import { CompletionBuilder } from '@toolloop/stream'
import type { ChatModel, ModelOptions, ModelRequest } from '@toolloop/wire'
import { UsageError } from '@toolloop/wire'
import { chunksOf } from './chunks-of.ts'
import { checkMiddleware, type Middleware } from './middleware.ts'
import { type ModelLayer, ModelOnion } from './model-onion.ts'

/**
 * A model with middlewares around each of its calls; the first one is the outermost. Only their `model` part is used.
 * @throws UsageError for a middleware without one
 */
export function withMiddleware(model: ChatModel, middleware: readonly Middleware[]): ChatModel {
  checkMiddleware('withMiddleware()', middleware)
  const other = middleware.find((one) => !one.model)
  if (other)
    throw new UsageError(
      `withMiddleware(): the middleware \`${other.name}\` has no \`model\` part; give it to an agent, as \`middleware\`.`,
    )
  const layers = modelLayersOf(middleware)!
  const open = (request: ModelRequest, options: ModelOptions | undefined, wire: 'stream' | 'plain'): ModelOnion => {
    const { signal, onRetry } = options ?? {}
    return new ModelOnion(layers, { request, model: model.name, context: undefined, signal, onRetry }, (changed) =>
      chunksOf(model, changed, options ?? {}, wire),
    )
  }
  return Object.freeze<ChatModel>({
    name: model.name,
    ...(model.profile && { profile: model.profile }),
    ...(model.price && { price: model.price }),
    ...(model.models && { models: model.models }),
    stream: (request, options) => open(request, options, 'stream'),
    async create(request, options) {
      const builder = new CompletionBuilder({ chunkEvents: false })
      for await (const chunks of open(request, options, 'plain')) builder.push(chunks)
      builder.finish()
      return builder.snapshot()
    },
  })
}

/** The middlewares around model calls; `undefined` without any. */
export function modelLayersOf(middleware: readonly Middleware[] = []): readonly ModelLayer[] | undefined {
  const layers = middleware.filter((one): one is ModelLayer => one.model !== undefined)
  return layers.length > 0 ? layers : undefined
}
