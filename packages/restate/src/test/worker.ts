// A worker process of the tests: prints its port when it listens.
import { agentsFor } from '../../../engine/src/test/agents.ts'
import { contextOf, examplesFor } from '../../../engine/src/test/examples.ts'
import { serve } from '../index.ts'

const { MODEL = '', EFFECTS = '', ADMIN, INGRESS: ingress, URL: url, PORT = '0' } = process.env
const { clerk, careful, review, spread } = agentsFor({ model: MODEL, effects: EFFECTS })
const { explorer, codeReview } = examplesFor(MODEL)
const served = await serve([clerk, careful, review, spread, explorer, codeReview], {
  context: contextOf,
  port: Number(PORT),
  admin: ADMIN,
  ingress,
  url,
  maxRetryInterval: 200,
})
console.log(new URL(served.url).port)
