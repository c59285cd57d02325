// A worker: it serves agents and pipelines to Restate.
import { once } from 'node:events'
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEndpointHandler } from '@restatedev/restate-sdk'
import { type AnyRunnable, registryOf, runnableFor, stopOnce, type StopOptions } from '@toolloop/engine'
import { aFunction, aText, checkOptions, milliseconds, type OptionCheck, UsageError, wholeNumber } from '@toolloop/wire'
import { anAddress } from './address.ts'
import { IngressLink } from './ingress-link.ts'
import { ProgressServer } from './progress-server.ts'
import { register } from './register.ts'
import { roundTripOf } from './round-trip.ts'
import { workflowOf } from './workflow.ts'

export interface ServeOptions {
  /** 0 is any free port. @default 9080 */
  readonly port?: number | undefined
  /** The address to listen on. With another one set `identityKeys`. @default '127.0.0.1' */
  readonly host?: string | undefined
  /** The address at which Restate reaches the workers: this one's, or that of the balancer in front of all. @default the address that it listens on */
  readonly url?: string | undefined
  /** The address at which clients reach this worker, for progress. @default the address that it listens on */
  readonly progressUrl?: string | undefined
  /** Restate's admin address, such as `http://127.0.0.1:9070`: the worker registers itself there. @default it does not register */
  readonly admin?: string | undefined
  /** Restate's ingress, such as `http://127.0.0.1:8080`: parts with `distribute` become runs of their own there. @default they run where their run does */
  readonly ingress?: string | undefined
  /** Public keys of Restate's requests, `publickeyv1_…`: all others are rejected. @default every request is served */
  readonly identityKeys?: readonly string[] | undefined
  /** Makes the run's context of the JSON that the client gave. @default the JSON itself */
  readonly context?: ((json: unknown, runId: string) => unknown) | undefined
  /** The name of the workflow at Restate. All workers of one name serve the same agents. @default 'toolloop' */
  readonly service?: string | undefined
  /** The longest pause between two attempts of Restate to reach a worker, in milliseconds. @default 1000 */
  readonly maxRetryInterval?: number | undefined
  /**
   * How long nothing may happen in a run before Restate takes it from its worker, in milliseconds: longer than your longest
   * model or tool call. A run that waits for a decision holds a connection for this time, and none after it. @default one hour
   */
  readonly inactivityTimeout?: number | undefined
  /** How long the worker retries while Restate does not respond, in milliseconds. @default 30_000 */
  readonly patience?: number | undefined
  /** How long Restate keeps a run that has ended, in milliseconds. @default one week */
  readonly retention?: number | undefined
}

/** A worker that listens. */
export interface Served extends AsyncDisposable {
  /** The address that it listens on. */
  readonly url: string
  /** Takes no new runs, waits `drain` milliseconds for its own, stops listening, and leaves the others to other workers. */
  stop(this: void, options?: StopOptions): Promise<void>
}

const hour = 3_600_000
const checks: Readonly<Record<keyof ServeOptions, OptionCheck>> = {
  port: wholeNumber(0),
  host: aText,
  url: anAddress,
  progressUrl: anAddress,
  admin: anAddress,
  ingress: anAddress,
  identityKeys: [
    (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && one.startsWith('publickeyv1_')),
    'a list of keys that begin with publickeyv1_',
  ],
  context: aFunction,
  service: [(value) => typeof value === 'string' && /^[a-zA-Z]\w*$/.test(value), 'letters, digits and _'],
  maxRetryInterval: milliseconds,
  inactivityTimeout: milliseconds,
  patience: milliseconds,
  retention: milliseconds,
}

/**
 * Serves agents and pipelines to Restate over HTTP/2, and registers them where `admin` is given. Start as many workers as
 * you like behind one `url`: a run whose worker dies goes on in another one.
 * @throws UsageError for invalid options, two agents of one name, or an address at which it cannot listen; EngineError when
 * Restate does not respond or does not accept the worker
 */
export async function serve(runnables: readonly AnyRunnable[], options: ServeOptions = {}): Promise<Served> {
  checkOptions('serve', options, checks)
  const {
    port = 9080,
    host = '127.0.0.1',
    admin,
    identityKeys = [],
    context = (json) => json,
    service = 'toolloop',
    maxRetryInterval = 1000,
    inactivityTimeout = hour,
    patience = 30_000,
    retention = 168 * hour,
  } = options
  const registry = registryOf(runnables)
  const { ingress } = options
  const link = ingress === undefined ? undefined : new IngressLink({ url: ingress, service, headers: {}, patience })
  const progress = new ProgressServer()
  const sessions = new Map<ServerHttp2Session, () => Promise<void>>()
  const server = createServer()
  // Steps are small and each waits for the one before: Nagle's algorithm would hold them back.
  server.on('connection', (socket: Socket) => socket.setNoDelay(true))
  server.on('session', (session) => {
    sessions.set(session, roundTripOf(session))
    session.once('close', () => sessions.delete(session))
  })
  await listening(server.listen(port, host), host, port)
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  const own = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
  const live = new Set<object>()
  let isStopping = false
  const stop = stopOnce(async (drain) => {
    isStopping = true
    const until = Date.now() + drain
    while (live.size > 0 && Date.now() < until) await sleep(20)
    server.close()
    for (const session of sessions.keys()) session.destroy()
    if (sessions.size > 0) await once(server, 'close')
  })
  const handle = createEndpointHandler({
    services: [
      workflowOf({
        service,
        progress,
        worker: progress.addressOf(options.progressUrl ?? own),
        runnableOf: (name) => runnableFor(registry, name),
        contextOf: context,
        link,
        maxRetryInterval,
        inactivityTimeout,
        retention,
        live,
        upToDate: async () => {
          await Promise.all(Array.from(sessions.values(), (answered) => answered()))
          await new Promise((resolve) => setImmediate(resolve)) // streams of an ended connection are closed
        },
      }),
    ],
    ...(identityKeys.length > 0 && { identityKeys: [...identityKeys] }),
    logger: () => {}, // Restate's own log has the failures of attempts
  })
  server.on('request', (request, response) => {
    // Restate tries again, elsewhere or later. To close the connection would not do: with the next request Restate then
    // cancels all runs that it has there.
    if (isStopping && request.url.endsWith(`/invoke/${service}/run`)) response.writeHead(503).end()
    else if (!progress.serve(request, response)) handle(request, response)
  })
  try {
    if (admin !== undefined) await register({ admin, uri: options.url ?? own, patience })
  } catch (error) {
    await stop()
    throw error
  }
  return { url: own, stop, [Symbol.asyncDispose]: () => stop() }
}

async function listening(server: Http2Server, host: string, port: number): Promise<void> {
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new UsageError(
      `serve cannot listen at ${host}:${port}: ${(cause as Error).message}. Pass a free \`port\`, or 0 for any, and a \`host\` of this machine.`,
      { cause },
    )
  }
}
