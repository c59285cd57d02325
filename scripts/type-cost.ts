// Measures what a program costs the compiler, for tests that bound this cost.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const compiler = join(root, 'node_modules/typescript/bin/tsc')

/** A folder in a package for the program, which imports the package from `../../src/index.ts`. */
export const programFolder = (tests: string): string => join(tests, '../node_modules/.type-budget')

/** How many types the compiler instantiates for this program. */
export function instantiationsOf(
  folder: string,
  program: string,
  { types = [], include = [] }: { readonly types?: readonly string[]; readonly include?: readonly string[] } = {},
): number {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { noEmit: true, types, declaration: false, declarationMap: false, sourceMap: false },
    include: ['*.ts', ...include],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'program.ts'), program)
  const output = execFileSync(process.execPath, [compiler, '-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' })
  return Number(/Instantiations:\s+(\d+)/.exec(output)?.[1])
}

/** Concatenates one text for each index below `count`. */
export const each = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join('')
