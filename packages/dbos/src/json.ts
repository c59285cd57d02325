// How DBOS stores values of runs.
import type { DBOSSerializer } from '@dbos-inc/dbos-sdk'

/**
 * Plain JSON, which is all that runs have. The default of DBOS rejects objects with keys such as `constructor`, which a model
 * may well write. JSON escapes NUL and lone surrogates, which Postgres does not store as such.
 */
export const json: DBOSSerializer = {
  name: () => 'toolloop_json',
  stringify: (value) => JSON.stringify(value) ?? 'null',
  parse: (text) => (text === null || text === undefined ? null : (JSON.parse(text) as unknown)),
}
