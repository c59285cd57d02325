// pnpm demo: the quickstart on this folder, or another one; --list: all examples; a name: that example, with the rest of the arguments.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = resolve(import.meta.dirname, '../examples')

// Whoever reads the output may have seen enough: `demo | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const [first, ...rest] = process.argv.slice(2).filter((argument) => argument !== '--')
if (first === '--list') list()
else if (first !== undefined && names().includes(first)) await run(first, rest)
else await run('quickstart', first === undefined ? [] : [first, ...rest])

function list(): void {
  const width = Math.max(...names().map((name) => name.length))
  for (const name of names()) {
    const manifest = readFileSync(join(folder, name, 'package.json'), 'utf8')
    const { description } = JSON.parse(manifest) as { description: string }
    console.log(`${name.padEnd(width)}  ${description}`)
  }
}

function names(): string[] {
  return readdirSync(folder).toSorted()
}

/** In this process, as if it had been started with these arguments. */
async function run(name: string, args: readonly string[]): Promise<void> {
  const program = join(folder, name, 'src/main.ts')
  process.argv = [process.execPath, program, ...args]
  await import(pathToFileURL(program).href)
}
