// Runs in Postgres, from a program that is no worker.
import { type EngineClient, engineClient } from '@toolloop/engine'
import { checkOptions, milliseconds, type OptionCheck } from '@toolloop/wire'
import { checkDatabase, type ConnectionSettings, databaseChecks } from './database.ts'
import { DbosLink } from './dbos-link.ts'

export interface ClientOptions extends ConnectionSettings {
  /** How long a call is retried while Postgres does not respond, in milliseconds. @default 30_000 */
  readonly patience?: number | undefined
  /**
   * Milliseconds between two looks at a run for which no notification arrives. Lower it behind a pooler in transaction mode,
   * which drops notifications. @default 5000
   */
  readonly pollInterval?: number | undefined
}

const checks: Readonly<Record<keyof ClientOptions, OptionCheck>> = {
  ...databaseChecks,
  patience: milliseconds,
  pollInterval: milliseconds,
}

/**
 * A client of the runs in a database, `postgresql://user:password@host:5432/database`. It connects when a method is called.
 * @throws UsageError for invalid options
 */
export function client(database: string, options: ClientOptions = {}): EngineClient {
  checkDatabase('client', database)
  checkOptions('client', options, checks)
  return engineClient(new DbosLink({ database, ...options }))
}
