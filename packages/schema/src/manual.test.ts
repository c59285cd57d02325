// The examples of the manual's page "Schemas", compiled and run; and the page's table, made from what is tested.
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  customTool,
  diagnose,
  renderOutput,
  responseFormat,
  SchemaError,
  tool,
  ToolInputError,
  toolResult,
  type ToolContext,
} from './index.ts'
import { jsonSchema } from './json-schema.ts'
import { constructsTable } from './test/constructs-table.ts'

const page = new URL('../../../docs/schemas.md', import.meta.url)
const between = /(?<=<!-- constructs -->\n\n)[\s\S]*(?=\n\n<!-- \/constructs -->)/

describe('the page', () => {
  it('has the table of what is tested', () => {
    const text = readFileSync(page, 'utf8')
    if (process.env['WRITE_DOCS'])
      writeFileSync(
        page,
        text.replace(between, () => constructsTable()),
      )
    expect(rows(between.exec(readFileSync(page, 'utf8'))?.[0])).toEqual(rows(constructsTable()))
  })

  it('quotes this file', () => {
    const source = withoutIndent(readFileSync(import.meta.filename, 'utf8'))
    const quotes = [...readFileSync(page, 'utf8').matchAll(/^```ts (\S*)\n([\s\S]*?)^```$/gm)]
    expect(quotes.length).toBeGreaterThan(4)
    for (const [, file, code = ''] of quotes) {
      expect(file).toBe('../packages/schema/src/manual.test.ts')
      expect(source).toContain(withoutIndent(code))
    }
  })
})

describe('the examples', () => {
  it('makes a tool', async () => {
    interface App {
      bookings: Map<string, Date>
    }

    const book = tool({
      name: 'book_table',
      description: 'Books a table and returns the number of the booking',
      parameters: z.object({
        at: z.date().describe('When the guests come'),
        guests: z.int().min(1).max(12).default(2),
        wishes: z.set(z.enum(['window', 'quiet', 'high chair'])).optional(),
      }),
      execute: async ({ at, guests, wishes }, { context }: ToolContext<App>) => {
        context.bookings.set('b1', at)
        return `b1 for ${guests}${wishes?.has('window') ? ', at the window' : ''}`
      },
    })

    const args = await book.parse('{"at":"2026-11-22T19:00:00Z","guests":null,"wishes":["window"]}')
    expect(args).toEqual({ at: new Date('2026-11-22T19:00:00Z'), guests: 2, wishes: new Set(['window']) })
    const error = await book.parse('{"at":"tonight","guests":40}').catch((reason: unknown) => reason)
    if (!(error instanceof ToolInputError)) throw new Error('expected a ToolInputError')
    expect(readFileSync(page, 'utf8')).toContain(error.message)
  })

  it('finds everything at once', () => {
    const parameters = z.object({
      labels: z.record(z.string(), z.string()),
      extra: z.any(),
    })
    const findings = diagnose(parameters, { root: 'parameters' })
    expect(findings.map(({ path, remedy }) => `${path}: ${remedy}`)).toEqual([
      "parameters.labels: z.object({ … }) with the keys you know, or strict: { record: 'pairs' }",
      "parameters.extra: z.string().describe('JSON').transform((text) => JSON.parse(text))",
    ])
    expect(() => tool({ name: 'label', parameters })).toThrow(SchemaError)
  })

  it('takes options', async () => {
    const label = tool({
      name: 'label',
      parameters: z.object({ labels: z.record(z.string(), z.string()) }),
      strict: { record: 'pairs' },
    })
    const args = await label.parse('{"labels":[{"key":"team","value":"blue"}]}')
    expect(args).toEqual({ labels: { team: 'blue' } })
  })

  it('takes JSON Schema', async () => {
    const lookup = tool({
      name: 'lookup',
      parameters: jsonSchema<{ city: string; limit?: number }>({
        type: 'object',
        properties: { city: { type: 'string' }, limit: { type: 'integer', maximum: 10 } },
        required: ['city'],
      }),
      execute: ({ city, limit = 5 }) => `${limit} of ${city}`,
    })
    expect(await lookup.parse('{"city":"Oslo","limit":null}')).toEqual({ city: 'Oslo' })
  })

  it('reads an answer', async () => {
    const format = responseFormat(z.object({ total: z.number(), due: z.date().nullable() }), { name: 'invoice' })
    const invoice = await format.parse('{"total":12.5,"due":"2026-12-01T00:00:00Z"}')
    expect(invoice.due?.getUTCFullYear()).toBe(2026)
  })

  it('takes free text', () => {
    const sql = customTool({
      name: 'run_sql',
      description: 'Runs one SELECT',
      grammar: { syntax: 'regex', definition: '^SELECT .+$' },
      execute: (query) => query.length,
    })
    expect(sql.definition.type).toBe('custom')
  })

  it('separates what the model reads', () => {
    const result = toolResult({ model: '3 rows', details: { sql: 'select 1', took: 12 } })
    expect(renderOutput(result)).toEqual({ content: '3 rows', details: { sql: 'select 1', took: 12 } })
  })
})

/** The table's cells, whatever its columns are padded with. */
function rows(table = ''): string[][] {
  return table.split('\n').map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^-+$/, '---')))
}

function withoutIndent(code: string): string {
  return code.replaceAll(/^ +/gm, '')
}
