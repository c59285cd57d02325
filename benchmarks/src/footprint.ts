// What a library costs before it does anything: the CPU time of its import over bare Node, and what its install brings.
// Every library is installed by itself, as a user would; ours from what would be published.
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { median } from './median.ts'

/** A name to import, and what to install for it. */
const subjects: Readonly<Record<string, { readonly imports: string; readonly installs: readonly string[] }>> = {
  toolloop: { imports: 'toolloop', installs: ['toolloop'] },
  openai: { imports: 'openai', installs: ['openai'] },
  ai: { imports: 'ai', installs: ['ai', '@ai-sdk/openai-compatible', 'zod'] },
  'openai-agents': { imports: '@openai/agents', installs: ['@openai/agents', 'zod'] },
  xsai: { imports: 'xsai', installs: ['xsai'] },
}

const root = resolve(import.meta.dirname, '../..')

/** Prints one table: milliseconds of CPU, packages, megabytes. */
export async function printFootprint(samples: number, chosen: (library: string) => boolean): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'toolloop-footprint-'))
  try {
    const packed = await pack(temporary)
    const libraries = Object.entries(subjects).filter(([library]) => chosen(library))
    const folders = new Map<string, string>()
    for (const [library, { installs }] of libraries)
      folders.set(library, await install(temporary, library, installs, packed))
    const bare: number[] = []
    const imports = new Map<string, number[]>(libraries.map(([library]) => [library, []]))
    for (let round = 0; round < samples; round++) {
      bare.push(await cpuOf(temporary, ''))
      for (const [library, { imports: name }] of libraries)
        imports.get(library)?.push(await cpuOf(folders.get(library) ?? '', `await import('${name}');`))
    }
    const rows = libraries.map(([library]) => {
      const over = (imports.get(library) ?? []).map((cpu) => cpu - median(bare))
      return [
        library,
        {
          'import, ms CPU': median(over).toFixed(0),
          'min–max': `${Math.min(...over).toFixed(0)}–${Math.max(...over).toFixed(0)}`,
          ...sizeOf(folders.get(library) ?? ''),
        },
      ] as const
    })
    console.log(`\nimport and install (over bare Node: ${median(bare).toFixed(0)} ms CPU, ${samples} samples)`)
    console.table(Object.fromEntries(rows))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Our packages as tarballs, by name. */
async function pack(temporary: string): Promise<Record<string, string>> {
  const packed: Record<string, string> = {}
  for (const manifest of globSync('packages/*/package.json', { cwd: root })) {
    const { name } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { name: string }
    const file = join(temporary, `${name.replaceAll(/\W+/g, '-')}.tgz`)
    await run('pnpm', ['pack', '--out', file], join(root, manifest, '..'))
    packed[name] = `file:${file}`
  }
  return packed
}

async function install(
  temporary: string,
  library: string,
  names: readonly string[],
  packed: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = join(temporary, library)
  mkdirSync(folder)
  const { dependencies } = JSON.parse(readFileSync(join(root, 'benchmarks/package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const wanted = Object.fromEntries(names.map((name) => [name, packed[name] ?? dependencies[name]]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: wanted }))
  const settings = { overrides: packed, pmOnFail: 'ignore', nodeLinker: 'hoisted', autoInstallPeers: false }
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify(settings))
  await run('pnpm', ['install', '--prefer-offline', '--no-frozen-lockfile'], folder)
  return folder
}

/** Milliseconds of CPU of a process that runs this program. */
async function cpuOf(folder: string, program: string): Promise<number> {
  const tell = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)'
  writeFileSync(join(folder, 'program.mjs'), `${program}\n${tell}`)
  return Number(await run(process.execPath, ['program.mjs'], folder))
}

/** Third-party packages, and the megabytes of all. */
function sizeOf(folder: string): Readonly<Record<string, string>> {
  const manifests = globSync('node_modules/**/package.json', { cwd: folder }).filter((file) =>
    /node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file),
  )
  const names = manifests.map((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { name: string }).name)
  const own = names.filter((name) => name === 'toolloop' || name.startsWith('@toolloop/')).length
  let bytes = 0
  for (const entry of readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size
  return {
    packages: own > 0 ? `${names.length - own} (and ${own} of ours)` : String(names.length),
    MB: (bytes / 1e6).toFixed(1),
  }
}

async function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 })
  return stdout
}
