// One file for each entry of a package: to find and open a hundred small ones takes longer than to run them.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')

for (const manifest of globSync('packages/*/package.json', { cwd: root })) {
  const folder = join(root, dirname(manifest))
  const { publishConfig } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { publishConfig: unknown }
  const entries = new Set(scriptsIn(publishConfig))
  // What an earlier build left; the declarations there are the compiler's, which knows what it has written.
  for (const name of globSync('**/*.{js,js.map}', { cwd: join(folder, 'dist') })) rmSync(join(folder, 'dist', name))
  await build({
    absWorkingDir: folder,
    entryPoints: [...entries].map((entry) => entry.replace('./dist/', './build/')),
    outdir: 'dist',
    bundle: true,
    splitting: true, // what two entries share is there once
    chunkNames: 'shared-[hash]',
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    packages: 'external',
    external: ['#platform'],
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  })
}

/** Every script that the published manifest names. */
function scriptsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.endsWith('.js') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(scriptsIn) : []
}
