// A worker process of the tests: prints its process id when it serves.
import { agentsFor } from '../../../engine/src/test/agents.ts'
import { contextOf, examplesFor } from '../../../engine/src/test/examples.ts'
import { serve } from '../index.ts'

const { DATABASE = '', EFFECTS = '', MODEL = '', EXECUTOR, SCHEMA, DRAIN = '0', LEASE = '1500', LOG } = process.env
const agents = { ...agentsFor({ model: MODEL, effects: EFFECTS }), ...examplesFor(MODEL) }
const server = await serve(Object.values(agents), {
  database: DATABASE,
  executorId: EXECUTOR,
  schema: SCHEMA,
  lease: Number(LEASE),
  concurrency: 10,
  maxTakeovers: 2,
  context: contextOf,
  ...(LOG && { log: (level: string, message: string) => console.error(level, message) }),
})
process.once('SIGTERM', () => void server.stop({ drain: Number(DRAIN) }).then(() => process.exit(0)))
console.log(process.pid)
