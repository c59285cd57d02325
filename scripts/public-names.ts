// Which names a user's own declarations may need: all that stand in the types of what the packages export.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

interface Module {
  /** Declared at the top level: name → its text. */
  readonly declarations: ReadonlyMap<string, string>
  /** Local name → where it comes from. */
  readonly imports: ReadonlyMap<string, Origin>
  /** Exported name → what it stands for. */
  readonly exports: ReadonlyMap<string, Origin>
}

interface Origin {
  /** A path or a package; absent: this module. */
  readonly from?: string
  readonly name: string
}

/**
 * The names in the types that `entry` exports and that it does not export itself, as `name (file)`: under a strict
 * package manager, a program that infers such a type cannot write its declaration.
 * @param packages where the declarations of each package begin, by name
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

  /** Where a name is declared. */
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
  const key = ({ file, name }: { file: string; name: string }): string => `${file}#${name}`
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
      // A name that its own module keeps is written out by the compiler.
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

/** The declarations that a build left, by package name. */
export function builtPackages(root: string): ReadonlyMap<string, string> {
  return new Map(
    globSync('packages/*/package.json', { cwd: root }).map((manifest) => {
      const { name } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { name: string }
      return [name, join(root, dirname(manifest), 'dist/index.d.ts')]
    }),
  )
}

/** The compiler writes every statement of a declaration file from the first column on. */
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

/** Identifiers that are no keys of an object type and no texts. */
function wordsOf(declaration: string): ReadonlySet<string> {
  const text = declaration
    .replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''")
    .replaceAll(/(?<=^\s+(?:readonly\s+|static\s+|get\s+|private\s+)*)[\w$]+(?=\??:)/gm, '')
  return new Set(text.match(/[\w$]+/g))
}
