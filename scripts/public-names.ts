// The names that a user's declarations may need: all names in the types that the packages export.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

interface Module {
  /** Declared at the top level: name → its text. */
  readonly declarations: ReadonlyMap<string, string>
  /** Local name → its origin. */
  readonly imports: ReadonlyMap<string, Origin>
  /** Exported name → its origin. */
  readonly exports: ReadonlyMap<string, Origin>
}

interface Origin {
  /** A path or a package; absent for this module. */
  readonly from?: string
  readonly name: string
}

/**
 * The names that types exported by `entry` use, but `entry` does not export, as `name (file)`. With a strict package
 * manager, the compiler cannot write the declaration of a program that infers such a type.
 * @param packages package name → its declaration file
 */
export function unexportedNames(entry: string, packages: ReadonlyMap<string, string>): string[] {
  const modules = new Map<string, Module>()
  const moduleAt = (file: string): Module => {
    const known = modules.get(file)
    if (known) return known
    const made = read(file)
    modules.set(file, made)
    return made
  }
  const targetOf = (from: string, importer: string): string | undefined =>
    from.startsWith('.') ? resolve(dirname(importer), from.replace(/\.[jt]s$/, '.d.ts')) : packages.get(from)

  /** The module and the name of the declaration behind an origin. */
  const declared = (file: string, { from, name }: Origin): { file: string; name: string } | undefined => {
    const target = from === undefined ? file : targetOf(from, file)
    if (target === undefined || !existsSync(target)) return undefined
    const { declarations, exports, imports } = moduleAt(target)
    if (declarations.has(name)) return { file: target, name }
    const next = exports.get(name) ?? imports.get(name)
    return next && !(next.from === undefined && next.name === name) ? declared(target, next) : undefined
  }

  const open = [...moduleAt(entry).exports]
    .map(([, origin]) => declared(entry, origin))
    .filter((one) => one !== undefined)
  const exported = new Set(open.map(key))
  const seen = new Set<string>()
  const missing = new Set<string>()
  for (let one = open.pop(); one; one = open.pop()) {
    if (seen.has(key(one))) continue
    seen.add(key(one))
    const { declarations, imports } = moduleAt(one.file)
    for (const word of wordsOf(declarations.get(one.name) ?? '')) {
      const origin = imports.get(word) ?? (declarations.has(word) ? { name: word } : undefined)
      const found = origin && declared(one.file, origin)
      if (!found) continue
      // The compiler writes out a type that its module does not export.
      const isNameable = moduleAt(found.file).exports.has(found.name)
      if (isNameable && !exported.has(key(found))) missing.add(key(found))
      open.push(found)
    }
  }
  return [...missing]
    .map((one) =>
      one.replace(/^(.*)#(.*)$/, (_, file: string, name: string) => `${name} (${relative(process.cwd(), file)})`),
    )
    .toSorted()
}

function key({ file, name }: { readonly file: string; readonly name: string }): string {
  return `${file}#${name}`
}

/** What a module exports from another, as `from#name` with the name that the other module gives it. */
export function reexportedNames(file: string): string[] {
  return Array.from(read(file).exports.values(), ({ from = '', name }) => `${from}#${name}`)
}

/** The names that a module exports, without those of other packages. */
export function exportedNames(file: string): string[] {
  return [...read(file).exports].filter(([, { from = '.' }]) => from.startsWith('.')).map(([name]) => name)
}

/** Package name → the declaration file that the build made. */
export function builtPackages(root: string): ReadonlyMap<string, string> {
  return new Map(
    globSync('packages/*/package.json', { cwd: root }).map((manifest) => {
      const { name } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { name: string }
      return [name, join(root, dirname(manifest), 'dist/index.d.ts')]
    }),
  )
}

/** Relies on the compiler, which starts every statement of a declaration file in the first column. */
function read(file: string): Module {
  const declarations = new Map<string, string>()
  const imports = new Map<string, Origin>()
  const exports = new Map<string, Origin>()
  const text = readFileSync(file, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
  for (const statement of text.split(/^(?=\w)/m)) {
    const [, verb, list, from] =
      /^(import|export)\s+(?:type\s+)?\{([^}]*)\}(?:\s+from\s+['"](.*)['"])?/.exec(statement) ?? []
    if (verb !== undefined) {
      for (const [name, as] of namesIn(list ?? '')) {
        const origin = { name, ...(from !== undefined && { from }) }
        if (verb === 'import') imports.set(as, origin)
        else exports.set(as, origin)
      }
      continue
    }
    const name =
      /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:interface|type|class|function|const|let|enum)\s+([\w$]+)/.exec(
        statement,
      )?.[1]
    if (name === undefined) continue
    declarations.set(name, `${declarations.get(name) ?? ''}\n${statement}`)
    if (statement.startsWith('export')) exports.set(name, { name })
  }
  return { declarations, imports, exports }
}

function namesIn(list: string): [name: string, as: string][] {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^type\s+/, ''))
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', as = name] = one.split(/\s+as\s+/)
      return [name, as]
    })
}

/** The identifiers of a declaration, without keys of object types and string literals. */
function wordsOf(declaration: string): ReadonlySet<string> {
  const text = declaration
    .replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''")
    .replaceAll(/(?<=^\s+(?:readonly\s+|static\s+|get\s+|private\s+)*)[\w$]+(?=\??:)/gm, '')
  return new Set(text.match(/[\w$]+/g))
}
