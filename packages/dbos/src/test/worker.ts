// A worker process of the tests: prints a line when it serves.
import { serve } from '../index.ts'
import { agentsOf } from './agents.ts'

const { DATABASE, EFFECTS, EXECUTOR, DELAY, DRAIN, LEASE, LOG } = process.env
const agents = agentsOf({ effects: EFFECTS!, delay: Number(DELAY) })
const server = await serve(Object.values(agents), {
  database: DATABASE!,
  executorId: EXECUTOR,
  lease: Number(LEASE),
  concurrency: 10,
  maxTakeovers: 2,
  ...(LOG && { log: (level: string, message: string) => console.error(level, message) }),
})
process.once('SIGTERM', () => void server.stop({ drain: Number(DRAIN ?? 0) }).then(() => process.exit(0)))
console.log('serves')
