import { aFunction, checkOptions, type Clock, type Usage } from '@toolloop/wire'
import { systemClock } from '@toolloop/wire'
import type { Middleware } from '../models/middleware.ts'

/** One call, when it has ended. Holds no content: no message, no arguments, no result. */
export interface LogEntry {
  readonly kind: 'model' | 'tool'
  /** The model's or the tool's name. */
  readonly name: string
  readonly agent: string | undefined
  readonly runId: string | undefined
  readonly step: number | undefined
  /** Milliseconds. */
  readonly ms: number
  readonly ok: boolean
  /** The message of the error. */
  readonly error?: string
  /** What the server reported. */
  readonly usage?: Usage
}

export interface LogOptions {
  /** Receives an entry for each call, when it has ended. @default prints one line of JSON */
  readonly write?: ((entry: LogEntry) => void) | undefined
  /** @default the system's */
  readonly clock?: Clock | undefined
}

/** Reports each model call and each tool call with its duration. A call that is aborted is reported as failed. */
export function log(options: LogOptions = {}): Middleware {
  checkOptions('log()', options, {
    write: aFunction,
    clock: [
      (value) => typeof (value as Clock | null)?.now === 'function',
      'a clock: { now, setTimeout, clearTimeout }',
    ],
  })
  const { write = print, clock = systemClock } = options
  type Place = Partial<Pick<LogEntry, 'agent' | 'runId' | 'step'>>
  const entryOf = (kind: LogEntry['kind'], name: string, { agent, runId, step }: Place, began: number) => {
    const ms = clock.now() - began
    return { kind, name, agent, runId, step, ms }
  }
  return Object.freeze<Middleware>({
    name: 'log',
    async *model(call, next) {
      const began = clock.now()
      let usage: Usage | null | undefined
      let isWhole = false
      let failure: { readonly error: unknown } | undefined
      try {
        for await (const chunks of next()) {
          for (const chunk of chunks) usage = chunk?.usage ?? usage
          yield chunks
        }
        isWhole = true
      } catch (error) {
        failure = { error }
        throw error
      } finally {
        const error = failure && { error: wordsOf(failure.error) }
        write({ ...entryOf('model', call.model, call, began), ok: isWhole, ...error, ...(usage && { usage }) })
      }
    },
    async tool(call, next) {
      const began = clock.now()
      try {
        const result = await next()
        write({ ...entryOf('tool', call.name, call, began), ok: true })
        return result
      } catch (error) {
        write({ ...entryOf('tool', call.name, call, began), ok: false, error: wordsOf(error) })
        throw error
      }
    },
  })
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

// oxlint-disable-next-line no-console -- the caller asked for it
const print = (entry: LogEntry): void => console.log(JSON.stringify(entry))
