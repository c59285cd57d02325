// After a run nothing is left: the process exits by itself, whatever happened in it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { calls, scriptedServer, text } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'

const program = join(import.meta.dirname, 'test/leaves-nothing.ts')
const work = calls([
  { name: 'work', args: { id: 1 } },
  { name: 'work', args: { id: 2 } },
])

describe('a process', () => {
  it.each([
    ['done', 'done'],
    ['streamed', '2'],
    ['rated', 'done'],
    ['aborted', 'aborted'],
    ['left', 'left'],
    ['untouched', 'untouched'],
    ['listener throws, nobody awaits', 'listening'],
    ['cannot start, nobody awaits', 'not started'],
  ])('exits by itself after: %s', async (scenario, printed) => {
    await using server = await scriptedServer(({ messages }) =>
      messages.some((message) => message.role === 'tool') ? text('ok') : work,
    )
    const child = spawn(process.execPath, ['--conditions=@toolloop/source', program, scenario, server.url], {
      timeout: 15_000,
    })
    let output = ''
    let printedAt = 0
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString()
      printedAt = performance.now()
    })
    child.stderr.on('data', (data: Buffer) => void (output += data.toString()))
    const code = await new Promise((resolve) => child.on('exit', resolve))
    expect(output.trim()).toBe(printed)
    expect(code).toBe(0)
    expect(performance.now() - printedAt).toBeLessThan(1_500)
  })
})
