// The official JSON Schema test suite. The folder is named by TOOLLOOP_JSON_SCHEMA_SUITE.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonSchema } from '../json-schema.ts'

/** The drafts, and what a schema of each says in `$schema`. */
const drafts = {
  draft4: 'http://json-schema.org/draft-04/schema#',
  draft6: 'http://json-schema.org/draft-06/schema#',
  draft7: 'http://json-schema.org/draft-07/schema#',
  'draft2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
} as const

interface Group {
  readonly description: string
  readonly schema: unknown
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[]
}

export interface DraftReport {
  readonly draft: string
  readonly tests: number
  readonly passed: number
  /** The groups with a failure, each as `file: group`. */
  readonly failures: readonly string[]
}

/** The result of each draft; `undefined` where no folder is named. */
export function runSuite(
  folder: string | undefined = process.env['TOOLLOOP_JSON_SCHEMA_SUITE'],
): DraftReport[] | undefined {
  if (!folder) return undefined
  return Object.entries(drafts).map(([draft, address]) => reportOf(join(folder, 'tests', draft), draft, address))
}

function reportOf(folder: string, draft: string, address: string): DraftReport {
  const failures = new Set<string>()
  let tests = 0
  let passed = 0
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const groups = JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Group[]
    for (const { description, schema, tests: cases } of groups)
      for (const { data, valid } of cases) {
        tests++
        if (accepts(schema, address, data) === valid) passed++
        else failures.add(`${file.replace('.json', '')}: ${description}`)
      }
  }
  return { draft, tests, passed, failures: [...failures] }
}

/** `undefined`: the schema could not be used. A schema that is a boolean is wrapped: `jsonSchema` takes objects. */
function accepts(schema: unknown, address: string, value: unknown): boolean | undefined {
  const document = typeof schema === 'object' ? { $schema: address, ...schema } : { allOf: [schema] }
  try {
    const result = jsonSchema(document)['~standard'].validate(value)
    return 'then' in result ? undefined : result.issues === undefined
  } catch {
    return undefined
  }
}
