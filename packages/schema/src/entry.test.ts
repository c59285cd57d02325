// What loading the package brings along: nothing of a schema library, and nothing of Node.
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** Everything that importing a file asks for. */
function loaded(file: string): string[] {
  const program = `
    import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve(specifier, context, next) { seen.push(specifier); return next(specifier, context) } })
    await import(${JSON.stringify(`${import.meta.dirname}/${file}`)})
    console.log(JSON.stringify(seen))`
  const options = ['--conditions=@toolloop/source', '--input-type=module', '--eval', program]
  const seen: unknown = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }))
  return Array.isArray(seen) ? seen.filter((one): one is string => typeof one === 'string' && !/^[./]/.test(one)) : []
}

describe('the entry points', () => {
  it('load no schema library and nothing of Node', () => {
    expect([...new Set(loaded('index.ts'))]).toEqual(['@toolloop/wire'])
  })

  it('load the JSON Schema validator only where it is asked for', () => {
    expect([...new Set(loaded('json-schema.ts'))].toSorted()).toEqual(['@cfworker/json-schema', '@toolloop/wire'])
  })
})
