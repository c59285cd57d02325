// strict-doctor: lists what the API would reject in a module's schemas in strict mode, and how to fix it.
//   pnpm demo strict-doctor [module.ts] [--record=pairs] [--tuple=object] [--open-object=closed] [--fine-tuned]
// Exit code 0: all is well; 1: the API would refuse a schema; 2: the program was called wrongly.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { StrictOptions } from '@toolloop/schema'
import { examine } from '@toolloop/devtools'

try {
  const { file, options } = commandLine()
  const module: Record<string, unknown> = await import(pathToFileURL(file).href)
  const { report, errors } = examine(module, options)
  console.log(report)
  process.exitCode = errors > 0 ? 1 : 0
} catch (error) {
  console.error(`strict-doctor: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}

/** The command line's options. `diagnose` rejects unknown values. */
function commandLine(): { file: string; options: StrictOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      record: { type: 'string' },
      tuple: { type: 'string' },
      'open-object': { type: 'string' },
      'fine-tuned': { type: 'boolean' },
    },
  })
  const [path, ...more] = positionals
  if (more.length > 0) throw new Error(`it takes one module, not also ${more.join(', ')}`)
  return {
    file: path === undefined ? `${import.meta.dirname}/sample.ts` : existing(path),
    options: {
      record: values.record as 'pairs' | undefined,
      tuple: values.tuple as 'object' | undefined,
      openObject: values['open-object'] as 'closed' | undefined,
      fineTuned: values['fine-tuned'],
    },
  }
}

/** The path is relative to the user's current folder; a package manager runs the program in this package's folder. */
function existing(path: string): string {
  const from = process.env['INIT_CWD'] ?? process.cwd()
  const file = resolve(from, path)
  if (existsSync(file)) return file
  throw new Error(`there is no file ${file}; pass the path of a module that exports schemas, from ${from}`)
}
