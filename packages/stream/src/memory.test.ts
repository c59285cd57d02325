import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// A million chunks, three million events, 5 MB of text: what is kept per event would not fit into this heap.
test('memory is bounded by the completion, not by the number of chunks', { timeout: 120_000 }, async () => {
  const deltas = 1_000_000
  const program = join(import.meta.dirname, 'test/long-stream.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=32',
    '--conditions=@toolloop/source',
    program,
    String(deltas),
  ])
  expect(JSON.parse(stdout)).toMatchObject({ content: deltas * 5, arguments: deltas / 2 })
})
