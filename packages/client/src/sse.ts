// Any stream of events over HTTP to a browser, and back: server-sent events, one JSON object each.
import { ToolloopError, UsageError } from '@toolloop/wire'

/** What can be sent: anything that has a type. */
export interface TypedEvent {
  readonly type: string
}

export interface SseOptions<Event extends TypedEvent = TypedEvent> {
  /** The event's id, which a browser's `EventSource` sends back when it reconnects. @default its `seq`, where it has one */
  readonly id?: ((event: Event) => string | number | undefined) | undefined
  /** What the other side may see of an event; `undefined` leaves it out. @default all of it */
  readonly redact?: ((event: Event) => TypedEvent | undefined) | undefined
  /**
   * What the other side may know of a failure, of the stream's own and of one in an event (`error`, or `error` in its
   * `outcome`). @default its name and code, where it is one of ours: a message may quote what is not for everyone
   */
  readonly tell?: ((error: unknown) => { readonly message: string }) | undefined
  /**
   * Milliseconds of silence after which a comment is sent: proxies keep the connection, and a server that pipes the
   * body notices that the browser has left. `Infinity`: never. @default 1_000
   */
  readonly keepAlive?: number | undefined
}

export interface SseResponseOptions<Event extends TypedEvent = TypedEvent> extends SseOptions<Event> {
  /** @default 200 */
  readonly status?: number | undefined
  /** Headers beside the ones that make it an event stream. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/**
 * Events as the body of a response. The source is asked for the next event when the body is read, and is left when
 * the body is cancelled. It ends with `data: [DONE]`; where the source fails, with an event named `error` in its place.
 */
export function sse<Event extends TypedEvent>(
  source: AsyncIterable<Event>,
  options: SseOptions<NoInfer<Event>> = {},
): ReadableStream<Uint8Array> {
  checkSource(source)
  const { keepAlive = 1_000 } = options
  if (!(keepAlive > 0))
    throw new UsageError(`\`keepAlive\` is ${keepAlive}: it must be a positive number of milliseconds, e.g. 15_000`)
  const encoder = new TextEncoder()
  // Taken here, so that a source that somebody else reads is an error of the handler, not of its answer.
  const events = source[Symbol.asyncIterator]()
  let begun = false
  let quiet: ReturnType<typeof setInterval> | undefined
  let left = false
  const leave = async (): Promise<void> => {
    left = true
    clearInterval(quiet)
    if (begun) await events.return?.()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const send = (text: string): void => {
          if (!left) controller.enqueue(encoder.encode(text))
        }
        if (keepAlive !== Infinity)
          quiet = setInterval(() => {
            // While a comment waits to be taken, another one says nothing more.
            if (controller.desiredSize === 0) send(': keep-alive\n\n')
          }, keepAlive)
        try {
          begun = true
          const next = await nextFrame(events, options)
          send(next ?? done)
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
    // Nothing is made before it is asked for.
    { highWaterMark: 0 },
  )
}

/** A result, or the promise of one, is the usual mistake. */
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
    `A response is made from a stream of events, and this is ${what}. Pass \`agent.stream(…)\` or \`client.chat.completions.stream(…)\`; a value alone is \`Response.json(value)\`.`,
  )
}

/** A web handler's whole answer: `return toResponse(client.chat.completions.stream({ … }))`. */
export function toResponse<Event extends TypedEvent>(
  source: AsyncIterable<Event>,
  options: SseResponseOptions<NoInfer<Event>> = {},
): Response {
  const { status = 200, headers } = options
  return new Response(sse(source, options), { status, headers: { ...eventStreamHeaders, ...headers } })
}

/** `x-accel-buffering` keeps nginx and its kin from holding events back. */
const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** An `EventSource` connects again when a stream ends, which would start what it shows once more: it waits a day. */
const noReconnect = 'retry: 86400000\n'
const done = `${noReconnect}data: [DONE]\n\n`

/** The next event that may be seen, as text; `undefined` at the end. */
async function nextFrame<Event extends TypedEvent>(
  events: AsyncIterator<Event>,
  { id = seqOf, redact, tell = tellable }: SseOptions<Event>,
): Promise<string | undefined> {
  for (;;) {
    const next = await events.next()
    if (next.done) return undefined
    const shown = redact ? redact(next.value) : next.value
    if (shown) return frame(JSON.stringify(withTold(shown, tell)), idField(id(next.value)))
  }
}

/** The event with what may be known of the failure it carries: a run's end by an error, a retry, a step that was cut. */
function withTold(event: TypedEvent, tell: (error: unknown) => { readonly message: string }): object {
  if ('error' in event && isFailure(event.error)) return { ...event, error: tell(event.error) }
  if ('outcome' in event && isFailure(event.outcome) && 'error' in event.outcome && isFailure(event.outcome.error))
    return { ...event, outcome: { ...event.outcome, error: tell(event.outcome.error) } }
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

/** A line break would end the field, and NUL voids it: such an id is none. */
function idField(id: string | number | undefined): string {
  const text = id === undefined ? '' : String(id)
  return text === '' || /[\r\n\0]/.test(text) ? '' : `id: ${text}\n`
}

function failureFrame(error: unknown, { tell = tellable }: Pick<SseOptions, 'tell'>): string {
  return frame(JSON.stringify({ error: tell(error) }), `${noReconnect}event: error\n`)
}

/** Also of an error that a log keeps as plain data. */
function tellable(error: unknown): { message: string } {
  const logged = isFailure(error) && 'name' in error && 'code' in error && typeof error.code === 'string'
  const known = error instanceof ToolloopError || logged ? { name: error.name, code: error.code } : {}
  return { ...known, message: 'The stream failed on the server.' }
}
