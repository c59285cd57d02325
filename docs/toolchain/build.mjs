// The manual and the API of all packages as one site in docs/site. Problems are errors.
import { join } from 'node:path'
import { build } from 'vitepress'
import { writeApi } from './api.mjs'
import { stage, staged } from './stage.mjs'

const problems = stage()
if (problems.length > 0) fail(problems.join('\n'))
if (!(await writeApi(join(staged, 'api')))) fail('The API was not written: see the messages above')
await build(import.meta.dirname)

function fail(message) {
  console.error(message)
  process.exit(1)
}
