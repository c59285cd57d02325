// Checks that imports point down, between packages and between the rooms of a package, and that there are no cycles.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { only, rooms, rows } from './layers.ts'

const root = resolve(import.meta.dirname, '..')
const rowOf = (name: string): number => rows.findIndex((row) => row.includes(name))
const problems: string[] = []
const graph = new Map<string, string[]>()

for (const file of globSync('packages/*/src/**/*.ts', { cwd: root })) {
  const [, home = ''] = file.split('/')
  if (rowOf(home) < 0) problems.push(`${file}: package \`${home}\` is in no row of scripts/layers.ts`)
  const isTest = /\.test(-d)?\.ts$/.test(file) || file.includes('/test/')
  const edges: string[] = []
  if (!isTest && levelOf(home, roomOf(file)) < 0)
    problems.push(`${file}: room \`${roomOf(file)}\` of \`${home}\` is in no row of scripts/layers.ts`)
  for (const specifier of importsOf(readFileSync(join(root, file), 'utf8'))) {
    if (specifier.startsWith('.')) {
      const target = join(dirname(file), specifier)
      edges.push(target)
      if (!isTest && !mayImport(home, roomOf(file), roomOf(target)))
        problems.push(`${file}: room \`${roomOf(file)}\` may not import \`${target}\`, which is not below it`)
    }
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

/** The folder of `src` that a file is in; empty for a file directly in `src`. */
function roomOf(file: string): string {
  return file.split('/').slice(3, -1)[0] ?? ''
}

/** The index of a room's row, from the ground up. Files directly in `src` are above all rooms. */
function levelOf(home: string, room: string): number {
  const order = rooms[home] ?? []
  return room === '' ? order.length : order.findIndex((row) => row.includes(room))
}

function mayImport(home: string, from: string, to: string): boolean {
  return from === to || levelOf(home, to) < levelOf(home, from)
}

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
