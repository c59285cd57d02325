// Arrows point down only: a package imports lower rows, never a sibling, never upwards; no import cycles anywhere.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The rows of the house, from the ground up. Tests may use every row (`testing` was made for them). */
const rows: readonly (readonly string[])[] = [
  ['wire'],
  ['transport', 'stream', 'schema'],
  ['client', 'testing'],
  ['core'],
  ['toolloop'],
]
/** `testing` depends on wire types only, so that every package's tests may use it. */
const only: Readonly<Record<string, readonly string[]>> = { testing: ['wire'] }

const root = resolve(import.meta.dirname, '..')
const rowOf = (name: string): number => rows.findIndex((row) => row.includes(name))
const problems: string[] = []
const graph = new Map<string, string[]>()

for (const file of globSync('packages/*/src/**/*.ts', { cwd: root })) {
  const [, home = ''] = file.split('/')
  if (rowOf(home) < 0) problems.push(`${file}: package \`${home}\` stands in no row of scripts/check-layers.ts`)
  const isTest = /\.test(-d)?\.ts$/.test(file) || file.includes('/test/')
  const edges: string[] = []
  for (const specifier of importsOf(readFileSync(join(root, file), 'utf8'))) {
    if (specifier.startsWith('.')) edges.push(join(dirname(file), specifier))
    const target = /^@toolloop\/([\w-]+)/.exec(specifier)?.[1] ?? (specifier === 'toolloop' ? 'toolloop' : undefined)
    if (target === undefined || target === home || isTest) continue
    if (only[home] && !only[home].includes(target))
      problems.push(`${file}: \`${home}\` may import ${only[home].join(', ')} only, not \`${target}\``)
    if (rowOf(target) >= rowOf(home))
      problems.push(`${file}: \`${home}\` may not import \`${target}\`, which is not below it`)
  }
  graph.set(file, edges)
}

for (const cycle of cyclesOf(graph)) problems.push(`import cycle: ${cycle.join(' → ')}`)

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`layers: ${graph.size} files, every arrow points down, no cycles`)

/** Module specifiers of static, dynamic and re-exporting imports. */
function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const pattern =
    /^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = []
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (node: string): void => {
    if (finished.has(node)) return
    const at = path.indexOf(node)
    if (at >= 0) {
      found.push([...path.slice(at), node])
      return
    }
    path.push(node)
    for (const next of edges.get(node) ?? []) visit(next)
    path.pop()
    finished.add(node)
  }
  for (const node of edges.keys()) visit(node)
  return found
}
