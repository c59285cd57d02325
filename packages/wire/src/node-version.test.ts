import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { requireNode } from './node-version.ts'

it.each([
  [{ node: '20.20.2' }, 'Toolloop needs Node.js 22.19 or newer; this is Node.js 20.20.2.'],
  [{ node: '22.18.0' }, 'Toolloop needs Node.js 22.19 or newer; this is Node.js 22.18.0.'],
  [{ node: '22.19.0' }, undefined],
  [{ node: '24.0.0' }, undefined],
  [{ node: '100.0.0' }, undefined],
  [{ node: '20.0.0', bun: '1.2.0' }, undefined],
  [{ node: '20.0.0', deno: '2.0.0' }, undefined],
  [{}, undefined],
])('with the versions %o the import throws %o', (versions, message) => {
  let thrown: unknown
  try {
    requireNode(versions)
  } catch (error) {
    thrown = (error as Error).message
  }
  expect(thrown).toBe(message)
})

it('is the first thing that an import of a package meets', async () => {
  const old = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })"
  const index = new URL('index.ts', import.meta.url).href
  const program = `${old}; await import('${index}').catch((error) => console.log(error.message))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  expect(stdout).toBe('Toolloop needs Node.js 22.19 or newer; this is Node.js 20.20.2.\n')
})
