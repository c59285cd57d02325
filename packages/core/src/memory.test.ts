// What a run leaves behind must go with the next small collection, also while its code is not optimised yet: what only a
// full one frees makes every small one before it slow. (A function literal assigned straight to a property, an object
// literal with a getter, a generator function made per call and a weak map with a value per step all did that.)
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { calls, scriptedServer, text } from '@toolloop/testing'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, 'test/many-runs.ts')
const work = calls([{ name: 'work', args: { id: 1 } }])

test.each(['awaited', 'streamed'])('a run that is %s keeps next to nothing', { timeout: 60_000 }, async (way) => {
  await using server = await scriptedServer(({ messages }) =>
    messages.some((message) => message.role === 'tool') ? text('ok') : work,
  )
  const flags = ['--expose-gc', '--no-opt', '--no-maglev', '--conditions=@toolloop/source']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, way, server.url])
  expect(Number(stdout)).toBeLessThan(1_000)
})
