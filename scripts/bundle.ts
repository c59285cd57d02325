// Bundles each entry of a package into one file: opening a hundred small files takes longer than running them.
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { buildPage } from '../packages/devtools/src/command/page-build.ts'

const root = resolve(import.meta.dirname, '..')

for (const manifest of globSync('packages/*/package.json', { cwd: root })) {
  const folder = join(root, dirname(manifest))
  const { publishConfig } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { publishConfig: unknown }
  const entries = new Set(scriptsIn(publishConfig))
  // Removes the scripts of an earlier build. The compiler manages the declarations in the same folder itself.
  for (const name of globSync('**/*.{js,js.map}', { cwd: join(folder, 'dist') })) rmSync(join(folder, 'dist', name))
  await build({
    absWorkingDir: folder,
    entryPoints: [...entries].map((entry) => entry.replace('./dist/', './build/')),
    outdir: 'dist',
    bundle: true,
    splitting: true, // code that two entries share is written once
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

// The viewer is one file beside the command that opens it.
writeFileSync(join(root, 'packages/devtools/dist/viewer.html'), await buildPage())

/** Every script that the published manifest names. */
function scriptsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.endsWith('.js') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(scriptsIn) : []
}
