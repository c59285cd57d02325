import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'

/** The package's entry as a bundler for browsers makes it, as one script that leaves its exports in `testing`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'testing',
    conditions: ['@toolloop/source'],
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}

/** Globals of a browser, and nothing of Node. */
const browser = { setTimeout, clearTimeout, structuredClone, TextEncoder, AbortController, AbortSignal, Headers, URL }

describe('where there is no Node', () => {
  test('the entry loads, and a scripted model plays', async () => {
    const program = `testing.scriptedModel([testing.text('hello')]).create({ messages: [] })`
    const { choices } = await runInNewContext(`${await bundle()};${program}`, { ...browser })
    expect(choices[0].message.content).toBe('hello')
  })

  test('a scripted server says what it needs', async () => {
    const run = runInNewContext(`${await bundle()};testing.scriptedServer([])`, { ...browser })
    await expect(run).rejects.toThrow('scriptedServer needs `node:http`')
  })
})
