// pnpm pack:all [folder]: builds and packs every package into one folder, and prints the line that installs them.
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const from = process.env['INIT_CWD'] ?? process.cwd()
const folder = resolve(from, process.argv[2] ?? join(root, 'tarballs'))

// What an earlier build left of renamed sources must not be packed, nor an earlier tarball installed.
for (const old of globSync('packages/*/{build,dist}', { cwd: root }))
  rmSync(join(root, old), { recursive: true, force: true })
for (const old of globSync('{toolloop,toolloop-*}.tgz', { cwd: folder })) rmSync(join(folder, old))
mkdirSync(folder, { recursive: true })
pnpm('inherit', 'build')
for (const manifest of globSync('packages/*/package.json', { cwd: root }))
  pnpm('ignore', '--dir', resolve(root, manifest, '..'), 'pack', '--pack-destination', folder)

const tarballs = globSync('*.tgz', { cwd: folder }).length
console.log(`${tarballs} tarballs in ${folder}. In your project:

  npm install zod ${quoted(join(folder, '*.tgz'))}`)

/** `output`: what becomes of its standard output; the compiler reports errors there. */
function pnpm(output: 'inherit' | 'ignore', ...options: string[]): void {
  const program = process.env['npm_execpath'] ?? 'pnpm'
  const [file, first] = /\.[cm]?js$/.test(program) ? [process.execPath, [program]] : [program, []]
  execFileSync(file, [...first, ...options], { cwd: root, stdio: ['ignore', output, 'inherit'] })
}

/** A path for a shell; the pattern stays outside of the quotes. */
function quoted(path: string): string {
  return /[^\w./\\:*-]/.test(path) ? `"${path.slice(0, -'*.tgz'.length)}"*.tgz` : path
}
