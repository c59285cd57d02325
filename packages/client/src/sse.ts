// Sends a stream of events to a browser over HTTP, as server-sent events with one JSON object each.
import { showOption, ToolloopError, UsageError } from '@toolloop/wire'

/** An event that can be sent: an object with a `type`. */
export interface TypedEvent {
  readonly type: string
}

export interface SseOptions<Event extends TypedEvent = TypedEvent> {
  /** The event's id, which a browser's `EventSource` sends back when it reconnects; `start` before the first. @default its `seq`, where it has one */
  readonly id?: ((event: Event) => string | number | undefined) | undefined
  /** Returns the part of an event that is sent; `undefined` leaves the event out. @default the whole event */
  readonly redact?: ((event: Event) => TypedEvent | undefined) | undefined
  /**
   * Returns what is sent of a failure: of the source's own, and of one in an event (`error`, or `error` in its
   * `outcome`). @default a fixed message, with the name and code of Toolloop's errors: an error's own message may quote
   * private data
   */
  readonly formatError?: ((error: unknown) => { readonly message: string }) | undefined
  /**
   * Milliseconds without an event after which a comment is sent: proxies keep the connection, and a server that pipes
   * the body detects that the browser has left. `Infinity`: never. @default 1_000
   */
  readonly keepAlive?: number | undefined
  /**
   * Milliseconds after which a browser's `EventSource` connects again when the connection breaks or ends. @default a day:
   * a new request would start what it shows once more
   */
  readonly retry?: number | undefined
  /** Whether the body ends with the event `done`. `false` for protocols whose readers take every `data` for JSON. @default true */
  readonly done?: boolean | undefined
}

export interface SseResponseOptions<Event extends TypedEvent = TypedEvent> extends SseOptions<Event> {
  /** @default 200 */
  readonly status?: number | undefined
  /** Headers beside those of an event stream. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The request that is answered. An `EventSource` that connects again sends `Last-Event-ID`: then the response is 204,
   * which ends its attempts, and the source is not read.
   */
  readonly request?: Pick<Request, 'headers'> | undefined
}

/**
 * Events as the body of a response. Reads the source when the body is read, and leaves it when the body is cancelled.
 * The body ends with an event named `done`, whose data is `[DONE]`, or, where the source fails, with one named `error`:
 * the `message` listeners of an `EventSource` get neither.
 */
export function sse<Event extends TypedEvent>(
  source: AsyncIterable<Event>,
  options: SseOptions<NoInfer<Event>> = {},
): ReadableStream<Uint8Array> {
  checkSource(source)
  const { keepAlive = 1_000 } = options
  if (!(keepAlive > 0))
    throw new UsageError(
      `\`keepAlive\` is ${keepAlive}: it must be a positive number of milliseconds, such as 15_000, or Infinity.`,
    )
  const encoder = new TextEncoder()
  // Taken here, so that a source with another reader throws in the handler, not inside the body.
  const events = source[Symbol.asyncIterator]()
  const first = opening(options)
  let begun = false
  let quiet: ReturnType<typeof setInterval> | undefined
  let left = false
  const leave = async (): Promise<void> => {
    left = true
    clearInterval(quiet)
    await events.return?.()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const send = (text: string): void => {
          if (!left) controller.enqueue(encoder.encode(text))
        }
        if (keepAlive !== Infinity)
          quiet = setInterval(() => {
            // One unread comment is enough.
            if (controller.desiredSize === 0) send(': keep-alive\n\n')
          }, keepAlive)
        try {
          if (!begun) {
            begun = true
            send(first)
            return
          }
          const next = await nextFrame(events, options)
          if (next !== undefined || options.done !== false) send(next ?? done)
          if (next === undefined && !left) controller.close()
        } catch (error) {
          send(failureFrame(error, options))
          if (!left) controller.close()
          await leave()
        } finally {
          clearInterval(quiet)
        }
      },
      cancel: leave,
    },
    // Reads the source only when the body is read.
    { highWaterMark: 0 },
  )
}

/** The usual mistake is a result, or the promise of one. */
function checkSource(source: unknown): void {
  const isObject = typeof source === 'object' && source !== null
  if (isObject && Symbol.asyncIterator in source) return
  const what = !isObject
    ? source === undefined || source === null
      ? 'nothing'
      : `a ${typeof source}`
    : 'then' in source
      ? 'a promise'
      : 'status' in source
        ? `the result of a run (status ${JSON.stringify(source.status)})`
        : 'an object without an async iterator'
  throw new UsageError(
    `A response is made from a stream of events, not from ${what}. Pass \`agent.stream(…)\` or \`client.chat.completions.stream(…)\`; for a single value use \`Response.json(value)\`.`,
  )
}

/** The whole response of a web handler: `return toResponse(client.chat.completions.stream({ … }), { request })`. */
export function toResponse<Event extends TypedEvent>(
  source: AsyncIterable<Event>,
  options: SseResponseOptions<NoInfer<Event>> = {},
): Response {
  const { status = 200, headers, request } = options
  if (request?.headers.has('last-event-id')) return new Response(null, { status: 204, ...(headers && { headers }) })
  return new Response(sse(source, options), { status, headers: { ...eventStreamHeaders, ...headers } })
}

/** `x-accel-buffering` keeps nginx and similar proxies from buffering events. */
const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/**
 * Sent before the first event: a connection may break before it. With the id, an `EventSource` that connects again says
 * so (`Last-Event-ID`) even when it has received nothing.
 */
function opening({ retry = aDay }: Pick<SseOptions, 'retry'>): string {
  if (!Number.isSafeInteger(retry) || retry < 0)
    throw new UsageError(`\`retry\` is ${showOption(retry)}: it must be a whole number of milliseconds, such as 1_000.`)
  return `id: start\nretry: ${retry}\n\n`
}

const aDay = 86_400_000
const done = 'event: done\ndata: [DONE]\n\n'

/** The frame of the next event that is sent; `undefined` at the end. */
async function nextFrame<Event extends TypedEvent>(
  events: AsyncIterator<Event>,
  { id = seqOf, redact, formatError = safeError }: SseOptions<Event>,
): Promise<string | undefined> {
  for (;;) {
    const next = await events.next()
    if (next.done) return undefined
    const shown = redact ? redact(next.value) : next.value
    if (shown) return frame(JSON.stringify(withSafeErrors(shown, formatError)), idField(id(next.value)))
  }
}

/** The event with its failure formatted: the end of a run by an error, a retry, a step that was cut. */
function withSafeErrors(event: TypedEvent, format: (error: unknown) => { readonly message: string }): object {
  if ('error' in event && isFailure(event.error)) return { ...event, error: format(event.error) }
  if ('outcome' in event && isFailure(event.outcome) && 'error' in event.outcome && isFailure(event.outcome.error))
    return { ...event, outcome: { ...event.outcome, error: format(event.outcome.error) } }
  return event
}

const isFailure = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Facts of a run are numbered. */
function seqOf(event: TypedEvent): number | undefined {
  return 'seq' in event && typeof event.seq === 'number' ? event.seq : undefined
}

/** JSON holds no raw line break, so one `data` line is enough. */
function frame(json: string, fields = ''): string {
  return `${fields}data: ${json}\n\n`
}

/** An id with a line break or NUL is left out: a line break would end the field, and readers ignore an id with NUL. */
function idField(id: string | number | undefined): string {
  const text = id === undefined ? '' : String(id)
  return text === '' || /[\r\n\0]/.test(text) ? '' : `id: ${text}\n`
}

function failureFrame(error: unknown, { formatError = safeError }: Pick<SseOptions, 'formatError'>): string {
  return frame(JSON.stringify({ error: formatError(error) }), 'event: error\n')
}

/** A fixed message, with the name and code of Toolloop's errors. Takes an error, or one that a log keeps as plain data. */
export function safeError(error: unknown): { message: string } {
  const logged = isFailure(error) && 'name' in error && 'code' in error && typeof error.code === 'string'
  const known = error instanceof ToolloopError || logged ? { name: error.name, code: error.code } : {}
  return { ...known, message: 'The stream failed on the server.' }
}
