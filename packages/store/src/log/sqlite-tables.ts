// The tables of a SQLite store, and all its statements. The primary key (run, seq) prevents two writers from writing the same
// fact. `runs` holds the owner and the status of each run; it is written in the same transaction as the facts.
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** The format of the tables, as `PRAGMA user_version`. */
export const version = 1
export const schema = `
  CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    agent TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    owner TEXT
  ) WITHOUT ROWID;
  CREATE INDEX runs_by_start ON runs (started_at DESC, run);
  CREATE TABLE facts (
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  );
  PRAGMA user_version = ${version};
`

const columns = `run, agent, status, started_at, owner,
    (SELECT max(seq) + 1 FROM facts WHERE facts.run = runs.run) AS facts,
    (SELECT at FROM facts WHERE facts.run = runs.run ORDER BY seq DESC LIMIT 1) AS updated_at`
export const statements = {
  load: 'SELECT fact FROM facts WHERE run = ? ORDER BY seq',
  next: 'SELECT max(seq) + 1 AS next FROM facts WHERE run = ?',
  insert: 'INSERT INTO facts (run, seq, at, fact) VALUES (?, ?, ?, ?)',
  start: `INSERT INTO runs (run, agent, status, started_at) VALUES (?, ?, 'running', ?)`,
  owner: 'SELECT owner FROM runs WHERE run = ?',
  own: `UPDATE runs SET owner = ?, status = 'running' WHERE run = ?`,
  rest: 'UPDATE runs SET owner = NULL, status = ? WHERE run = ?',
  release: 'UPDATE runs SET owner = NULL WHERE run = ? AND owner = ?',
  one: `SELECT ${columns} FROM runs WHERE run = ?`,
  // Two ranges of the index, merged: with OR, SQLite would read all runs before the place.
  list: `SELECT ${columns} FROM (
    SELECT * FROM runs WHERE started_at = ?1 AND run > ?2 AND (?3 IS NULL OR agent = ?3)
    UNION ALL SELECT * FROM runs WHERE started_at < ?1 AND (?3 IS NULL OR agent = ?3)
    ORDER BY started_at DESC, run LIMIT ?4) AS runs`,
  forget: 'DELETE FROM runs WHERE run = ?',
  forgetFacts: 'DELETE FROM facts WHERE run = ?',
} as const

export type Statements = Readonly<Record<keyof typeof statements, StatementSync>>

export function prepare(database: DatabaseSync): Statements {
  const made = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)])
  return Object.fromEntries(made) as Statements
}
