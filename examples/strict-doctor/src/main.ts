// strict-doctor: tells what of a module's schemas the API would refuse in strict mode, and how to mend it.
//   pnpm demo strict-doctor [module.ts] [--record=pairs] [--tuple=object] [--open-object=closed] [--fine-tuned]
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { StrictOptions } from '@toolloop/schema'
import { examine } from './examine.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'string' },
    tuple: { type: 'string' },
    'open-object': { type: 'string' },
    'fine-tuned': { type: 'boolean' },
  },
})

const options: StrictOptions = {
  record: values.record === 'pairs' ? 'pairs' : undefined,
  tuple: values.tuple === 'object' ? 'object' : undefined,
  openObject: values['open-object'] === 'closed' ? 'closed' : undefined,
  fineTuned: values['fine-tuned'],
}
const [file = `${import.meta.dirname}/sample.ts`] = positionals
// pnpm runs this in its own folder; INIT_CWD is where it was called.
const path = resolve(process.env['INIT_CWD'] ?? '.', file)
const module: Record<string, unknown> = await import(pathToFileURL(path).href)

const { report, errors } = examine(module, options)
console.log(report)
process.exitCode = errors > 0 ? 1 : 0
