// The package loads where there is no Node, and weighs little.
import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the bundle for a browser holds neither undici nor Node', async () => {
  const result = await build({
    stdin: { contents: `export * from './index.ts'`, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@toolloop/source', 'browser'],
    external: ['zod', 'zod/*', '@cfworker/*'],
  })
  const text = result.outputFiles[0]?.text ?? ''
  const inputs = Object.keys(result.metafile.inputs)
  expect(inputs.filter((path) => path.includes('undici') || path.includes('.node.'))).toEqual([])
  expect(text).not.toMatch(/["']node:|\bundici\b|\brequire\(/)
})
