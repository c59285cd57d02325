// Checks what would be published: packs every package, inspects the tarballs, and uses them in projects outside the
// workspace.
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { builtPackages, unexportedNames } from './public-names.ts'

interface Manifest {
  readonly engines?: { readonly node?: string }
  readonly [field: string]: unknown
}

interface Packed {
  readonly name: string
  readonly tarball: string
  readonly files: readonly string[]
  readonly bytes: number
}

const root = resolve(import.meta.dirname, '..')
const toolchain = join(root, 'scripts/toolchain')
/** The oldest Node that the packages support. */
const oldest = '22.19'
const temporary = mkdtempSync(join(tmpdir(), 'toolloop-packages-'))
const problems: string[] = []
/** The options of a strict user: declarations are checked too, without the types of Node. */
const compilerOptions = {
  target: 'es2023',
  lib: ['es2024', 'dom', 'dom.asynciterable', 'esnext.disposable'],
  module: 'nodenext',
  types: [],
  strict: true,
  outDir: 'out',
}

try {
  // The output of an earlier build may hold files of renamed sources, which must not be packed.
  for (const folder of readdirSync(join(root, 'packages')))
    for (const output of ['build', 'dist'])
      rmSync(join(root, 'packages', folder, output), { recursive: true, force: true })
  await pnpm(root, ['build'])
  const built = builtPackages(root)
  for (const name of unexportedNames(built.get('toolloop') ?? '', built))
    problems.push(`toolloop does not export ${name}, which is part of a type that it exports`)
  await pnpm(toolchain, ['install', '--frozen-lockfile', '--prefer-offline'])
  const packed: Packed[] = []
  for (const folder of readdirSync(join(root, 'packages'))) {
    if (!existsSync(join(root, 'packages', folder, 'package.json'))) continue
    const item = await pack(join(root, 'packages', folder))
    packed.push(item)
    await inspect(item)
    console.log(`${item.name}: ${item.files.length} files, ${Math.ceil(item.bytes / 1024)} kB packed`)
  }
  if (problems.length === 0) {
    await useInProject(packed)
    await useAlone(packed)
  }
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}

async function pack(folder: string): Promise<Packed> {
  const report: { name: string; filename: string; size: number; files: { path: string }[] } = JSON.parse(
    await pnpm(folder, ['pack', '--json', '--pack-destination', temporary]),
  )
  const files = report.files.map(({ path }) => path)
  return { name: report.name, tarball: report.filename, files, bytes: report.size }
}

/** Checks the manifest and the files of a tarball, and runs publint and "are the types wrong" on it. */
async function inspect({ name, tarball, files }: Packed): Promise<void> {
  const text = await run('tar', ['-xOzf', tarball, 'package/package.json'], temporary)
  for (const word of ['workspace:', 'catalog:', '@toolloop/source', 'file:', 'link:'])
    if (text.includes(word)) problems.push(`${name}: the packed package.json still contains \`${word}\``)
  const manifest: Manifest = JSON.parse(text)
  if (manifest.engines?.node !== `>=${oldest}`)
    problems.push(`${name}: engines.node is ${manifest.engines?.node}, but the oldest Node checked here is ${oldest}`)
  for (const target of targetsOf(manifest))
    if (!files.includes(target.replace(/^\.\//, '')))
      problems.push(`${name}: package.json points to ${target}, which is not packed`)
  for (const file of files)
    if (/\.test(-d)?\.|\.tsbuildinfo$|\/test\//.test(file))
      problems.push(`${name}: ${file} is packed; exclude it in \`files\``)
  for (const [program, ...options] of linters(tarball))
    await run(join(toolchain, `node_modules/.bin/${program}`), options, temporary).catch((error: unknown) =>
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`),
    )
}

function linters(tarball: string): [program: string, ...options: string[]][] {
  return [
    ['publint', 'run', tarball, '--strict'],
    ['attw', tarball, '--profile', 'esm-only'],
  ]
}

/** Every file that `exports`, `imports` or `bin` names, without patterns. */
function targetsOf(manifest: Manifest): string[] {
  const collect = (value: unknown): string[] =>
    typeof value === 'string'
      ? value.startsWith('./') && !value.includes('*')
        ? [value]
        : []
      : Object.values(value ?? {}).flatMap(collect)
  return ['exports', 'imports', 'bin'].flatMap((field) => collect(manifest[field] ?? {}))
}

/** Installs the tarballs outside the workspace, type-checks the programs strictly, and runs them on every runtime. */
async function useInProject(packed: readonly Packed[]): Promise<void> {
  const project = join(temporary, 'project')
  cpSync(join(root, 'scripts/project'), project, { recursive: true })
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const dependencies = { ...tarballs, zod: versionOf('zod') }
  const manifest = { name: 'project', private: true, type: 'module', dependencies }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(project, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: tarballs, pmOnFail: 'ignore' }))
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  await pnpm(project, ['install', '--prefer-offline', '--no-frozen-lockfile'])
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], project)
  for (const { name, file, options } of runtimes()) {
    if (file === undefined) {
      console.log(`${name}: SKIPPED, scripts/toolchain has none for ${process.platform}-${process.arch}`)
      continue
    }
    const version = /[\d.]+/.exec(await run(file, ['--version'], project, 60_000))?.[0]
    for (const program of readdirSync(join(project, 'out'))) {
      const output = await run(file, [...options, `out/${program}`], project, 60_000)
      if (output.endsWith('ok\n'))
        console.log(`project/${program}: installs, type-checks and runs on ${name} ${version}`)
      else problems.push(`project/${program} on ${name} ${version} ended with ${output.slice(-200)} instead of "ok"`)
    }
  }
}

/**
 * Compiles programs that depend on `toolloop` alone. pnpm isolates its dependencies, so they cannot be imported, and
 * every inferred type needs a name that `toolloop` exports. Compiles with this compiler, with the oldest one, and as
 * CommonJS with `node10` resolution, which ignores `exports`.
 */
async function useAlone(packed: readonly Packed[]): Promise<void> {
  const project = join(temporary, 'alone')
  cpSync(join(root, 'scripts/alone'), project, { recursive: true })
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const dependencies = { toolloop: tarballs['toolloop'], zod: versionOf('zod') }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'alone', private: true, type: 'module', dependencies }),
  )
  writeFileSync(join(project, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: tarballs, pmOnFail: 'ignore' }))
  await pnpm(project, ['install', '--prefer-offline', '--no-frozen-lockfile'])
  const lib = ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable']
  const old = { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true }
  const thisCompiler = join(root, 'node_modules/typescript')
  const oldestCompiler = join(toolchain, 'node_modules/typescript-oldest')
  for (const [compiler, more, mode] of [
    [thisCompiler, {}, ''],
    [oldestCompiler, {}, ''],
    [oldestCompiler, old, ', as CommonJS'],
  ] as const) {
    const options = { ...compilerOptions, ...more, lib, target: 'es2022', declaration: true }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
    await run(process.execPath, [join(compiler, 'bin/tsc'), '-p', '.'], project)
    const { version } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')) as { version: string }
    console.log(`scripts/alone: type-checks with declarations by TypeScript ${version}${mode}`)
  }
}

/** The version of a package in the workspace's catalog. */
function versionOf(name: string): string {
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  return new RegExp(`^ {2}${name}: (.+)$`, 'm').exec(catalog)?.[1] ?? 'latest'
}

interface Runtime {
  readonly name: string
  /** `undefined` if the runtime is not available for this platform. */
  readonly file: string | undefined
  readonly options: readonly string[]
}

/** Deno may read files, the environment and the loopback network. It uses the `node_modules` that pnpm installed. */
function runtimes(): Runtime[] {
  const deno = [
    'run',
    '--no-prompt',
    '--node-modules-dir=manual',
    '--allow-read',
    '--allow-net=127.0.0.1',
    '--allow-env',
  ]
  return [
    { name: 'Node', file: process.execPath, options: [] },
    { name: 'the oldest Node', file: join(toolchain, 'node_modules/.bin/node'), options: [] },
    { name: 'Bun', file: binary('@oven', 'bin/bun'), options: [] },
    { name: 'Deno', file: binary('@deno', 'deno'), options: deno },
  ]
}

/** The program in the package for this platform; pnpm installs no other. */
function binary(scope: string, path: string): string | undefined {
  const folder = join(toolchain, 'node_modules', scope)
  if (!existsSync(folder)) return undefined
  return readdirSync(folder)
    .map((name) => join(folder, name, path))
    .find(existsSync)
}

/** The pnpm that runs this script, else the one on the path. */
function pnpm(folder: string, options: readonly string[]): Promise<string> {
  const program = process.env['npm_execpath'] ?? 'pnpm'
  return /\.[cm]?js$/.test(program)
    ? run(process.execPath, [program, ...options], folder)
    : run(program, options, folder)
}

/** Returns standard output. @throws Error with both outputs if the program fails or takes longer than `timeout` ms */
async function run(program: string, options: readonly string[], cwd: string, timeout = 240_000): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, options, { cwd, timeout, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '', killed = false } = error as { stdout?: string; stderr?: string; killed?: boolean }
    const reason = killed ? `took longer than ${timeout / 1000} s` : 'failed'
    throw new Error(`${program} ${options.join(' ')} ${reason}\n${stdout}${stderr}`, { cause: error })
  }
}
