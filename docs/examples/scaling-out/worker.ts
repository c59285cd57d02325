import { serve } from '@toolloop/restate'
import { payer } from './payer.ts'

const { PORT = '9080', RESTATE_ADMIN = 'http://127.0.0.1:9070' } = process.env
const worker = await serve([payer], { port: Number(PORT), admin: RESTATE_ADMIN })
console.log(`listens at ${worker.url}`)
process.once('SIGTERM', () => void worker.stop({ drain: 30_000 }))
