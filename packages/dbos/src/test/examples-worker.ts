// A worker process with the agents of examples: prints a line when it serves.
import { serve } from '../index.ts'
import { contextOf, examplesOn } from './examples.ts'

const { DATABASE, EXECUTOR, FOLDER, LEASE, MODEL } = process.env
await serve(Object.values(examplesOn(MODEL!)), {
  database: DATABASE!,
  executorId: EXECUTOR,
  lease: Number(LEASE),
  context: () => contextOf(FOLDER!),
})
console.log('serves')
