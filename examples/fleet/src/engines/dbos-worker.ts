// A worker on DBOS: it serves the agent until it is killed. Prints a line when it takes runs.
import { serve } from '@toolloop/dbos'
import { Client } from 'toolloop'
import { dispatcher } from '../dispatcher.ts'

const {
  FLEET_BOOK: book = '',
  FLEET_DATABASE: database = '',
  FLEET_MODEL: model = '',
  FLEET_WORKER: worker = '',
} = process.env
const client = new Client()
// A worker that shows no sign of life for a second counts as dead here; the default, ten seconds, suits busy machines.
await serve([dispatcher({ client, model, book, worker })], {
  database,
  executorId: worker,
  concurrency: 20,
  lease: 1000,
})
console.log(worker)
