// A worker process of the tests: prints its port when it listens.
import { serve } from '../index.ts'
import { agentsFor } from './agents.ts'

const { MODEL = '', EFFECTS = '', ADMIN, URL: url, PORT = '0' } = process.env
const { clerk, careful, review } = agentsFor({ model: MODEL, effects: EFFECTS })
const served = await serve([clerk, careful, review], { port: Number(PORT), admin: ADMIN, url, maxRetryInterval: 200 })
console.log(`listening ${new URL(served.url).port}`)
