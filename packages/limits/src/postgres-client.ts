// The clients of Postgres, in the form that the limits use.
import { UsageError } from '@toolloop/wire'
import { clientClass } from './client-class.ts'
import type { Channel, OpenChannel } from './releases.ts'

/** A pool of the package `pg`. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /** What the pool makes its connections of; the one for notifications is made in the same way, beside the pool. */
  readonly options: object
  readonly Client?: new (options: object) => PostgresConnection
}

/** A client of the package `pg`. */
export interface PostgresConnection {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  on(event: string, listener: (value: { readonly payload?: string }) => void): unknown
  end(): Promise<void>
  unref?(): void
}

/** What `postgres()` of the package `postgres` returns. */
export interface PostgresSql {
  unsafe(text: string, values?: never[]): Promise<readonly unknown[]>
  /** On a connection of its own, which it opens again when it is lost: then it calls `onListen` again. */
  listen(
    channel: string,
    onMessage: (message: string) => void,
    onListen?: () => void,
  ): Promise<{ unlisten(): Promise<void> }>
}

export type PostgresClient = PostgresPool | PostgresSql

/** Returns the rows. Without values, `text` may hold several statements. */
export type Query = (text: string, values?: unknown[]) => Promise<readonly unknown[]>

export interface Postgres {
  readonly query: Query
  readonly openChannel: (channel: string) => OpenChannel
}

/** @throws UsageError for an unknown client */
export function postgresOf(client: PostgresClient): Postgres {
  if (isSql(client))
    return {
      // The values are those of the functions' parameters, which the server names.
      query: async (text, values) => await client.unsafe(text, values as never[] | undefined),
      openChannel: (channel) => (onMessage, onLost) => listenOver(client, channel, onMessage, onLost),
    }
  if (typeof (client as Partial<PostgresPool> | undefined)?.query === 'function')
    return {
      query: async (text, values) => (await client.query(text, values)).rows,
      openChannel: (channel) => (onMessage, onLost) => listen(client, channel, onMessage, onLost),
    }
  throw new UsageError(
    `postgresLimits() needs a \`Pool\` of the package \`pg\`, or what \`postgres()\` of the package \`postgres\` returns. Got ${clientClass(client)}.`,
  )
}

const isSql = (client: PostgresClient): client is PostgresSql =>
  typeof (client as Partial<PostgresSql> | undefined)?.unsafe === 'function'

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function listenOver(
  client: PostgresSql,
  channel: string,
  onMessage: (message: string) => void,
  onLost: () => void,
): Promise<Channel> {
  let state: 'opening' | 'open' | 'closed' = 'opening'
  const opened = client.listen(
    channel,
    (message) => {
      if (state !== 'closed') onMessage(message)
    },
    () => {
      if (state === 'opening') state = 'open'
      else if (state === 'open') {
        // It was not connected for a while: what was published is lost.
        close()
        onLost()
      }
    },
  )
  const close = (): void => {
    state = 'closed'
    opened.then((subscription) => subscription.unlisten()).catch(() => {})
  }
  await opened
  return { close }
}

async function listen(
  { Client, options }: PostgresPool,
  channel: string,
  onMessage: (message: string) => void,
  onLost: () => void,
): Promise<Channel> {
  if (!Client) throw new Error('The pool has no `Client`.')
  const client = new Client(options)
  let isOpen = true
  const end = (): void => {
    if (!isOpen) return
    isOpen = false
    client.end().catch(() => {})
  }
  const lost = (): void => {
    end()
    onLost()
  }
  client.on('error', lost)
  client.on('end', lost)
  client.on('notification', ({ payload }) => onMessage(payload ?? ''))
  try {
    await client.connect()
    await client.query(`LISTEN ${quoted(channel)}`)
    client.unref?.()
    return { close: end }
  } catch (error) {
    end()
    throw error
  }
}
