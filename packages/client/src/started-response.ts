// A response whose status says whether the stream could begin.
import { safeError, type SseOptions, type SseResponseOptions, toResponse, type TypedEvent } from './sse.ts'

export interface StartedResponseOptions<Event extends TypedEvent = TypedEvent> extends SseResponseOptions<Event> {
  /** The status for an error that prevents the first event. @default by the error's code: see `statusOf` */
  readonly errorStatus?: ((error: unknown) => number) | undefined
}

/**
 * The same as `toResponse`, once the source has begun: a run whose first fact is logged, a stream whose first event has
 * arrived. An error before that is a JSON response `{ error }` with a status of 400 or more. `formatError` formats it.
 */
export async function toStartedResponse<Event extends TypedEvent>(
  source: AsyncIterable<Event> & { readonly started?: Promise<void> },
  options: StartedResponseOptions<NoInfer<Event>> = {},
): Promise<Response> {
  if (options.request?.headers.has('last-event-id')) return toResponse(source, options)
  let begun: AsyncIterable<Event> = source
  try {
    if (source.started) await source.started
    else begun = await begin(source)
  } catch (error) {
    return errorResponse(error, options)
  }
  return toResponse(begun, options)
}

/** The response for an error: `{ error }` as JSON. */
export function errorResponse(
  error: unknown,
  {
    formatError = safeError,
    errorStatus = statusOf,
    headers,
  }: Pick<SseOptions & StartedResponseOptions, 'formatError' | 'errorStatus' | 'headers'> = {},
): Response {
  return Response.json(
    { error: formatError(error) },
    { status: errorStatus(error), headers: { 'cache-control': 'no-store', ...headers } },
  )
}

/**
 * The status for an error: 400 for an invalid call, 409 where a run is owned, decided or in another state, 413 for a
 * bound, 429 where the model's server limits the rate, 502 and 504 for its other errors, else 500.
 */
export function statusOf(error: unknown): number {
  const { code, status } = (error ?? {}) as { readonly code?: unknown; readonly status?: unknown }
  if (typeof status === 'number') return status === 429 ? 429 : 502
  return (typeof code === 'string' && statuses[code]) || 500
}

const statuses: Readonly<Record<string, number>> = {
  usage: 400,
  approval: 409,
  log_owned: 409,
  session_busy: 409,
  session_pending: 409,
  session_exists: 409,
  session_idle: 409,
  limit: 413,
  connection: 502,
  stream: 502,
  timeout: 504,
}

/** Reads the first event ahead. */
async function begin<Event>(source: AsyncIterable<Event>): Promise<AsyncIterable<Event>> {
  const events = source[Symbol.asyncIterator]()
  let first: IteratorResult<Event, unknown> | undefined = await events.next()
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const next = first ?? (await events.next())
        first = undefined
        return next
      },
      return: async () => (await events.return?.()) ?? { done: true, value: undefined },
    }),
  }
}
