// What keeps a process alive.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, postgresMissing, startPostgres } from '../../../scripts/services/postgres.ts'

const index = JSON.stringify(new URL('index.ts', import.meta.url).href)
const program = `
  import { agent } from '@toolloop/core'
  import { scriptedModel, text } from '@toolloop/testing'
  import { client, serve } from ${index}
  const talker = agent({ name: 'talker', model: scriptedModel(() => text('Hello.')) })
  const database = process.env.DATABASE
  await using worker = await serve([talker], { database })
  const runs = client(database)
  for await (const event of runs.stream(talker, 'go', { runId: 'r' })) if (event.type === 'run.done') console.log('done')
  console.log((await runs.result(talker, 'r')).status)
`

describe.skipIf(postgresMissing !== undefined)(`a process ${postgresMissing ?? ''}`, () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 60_000)
  afterAll(() => postgres.stop())

  it('ends after its worker has stopped, also when its client was not closed', async () => {
    const flags = [
      '--conditions=@toolloop/source',
      '--no-warnings',
      '--input-type=module-typescript',
      '--eval',
      program,
    ]
    const child = spawn(process.execPath, flags, {
      cwd: import.meta.dirname,
      env: { ...process.env, DATABASE: postgres.url },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 40_000,
      killSignal: 'SIGKILL',
    })
    const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect({ output, code: code as unknown, signal: signal as unknown }).toEqual({
      output: 'done\ndone\n',
      code: 0,
      signal: null,
    })
  }, 60_000)
})
