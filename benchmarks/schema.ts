// Schema → strict function definition, and arguments → value: us, Zod alone, and the peers that are installed here.
// Each sample is a process of its own, in interleaved order; medians with min–max. Run it with
//   node benchmarks/schema.ts [samples]
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import * as z from 'zod'

/** Microseconds of CPU time per operation. */
type Sample = Readonly<Record<'first' | 'again' | 'parse', number | undefined>>

interface Subject {
  /** Loads the library; a subject that is not installed throws. */
  load(): Promise<{ convert(schema: z.ZodObject): unknown; parse?(schema: z.ZodObject): (text: string) => unknown }>
}

const subjects: Readonly<Record<string, Subject>> = {
  'z.toJSONSchema': {
    load: async () => ({
      convert: (schema) => z.toJSONSchema(schema, { io: 'input' }),
      parse: (schema) => (text) => schema.parse(JSON.parse(text)),
    }),
  },
  toolloop: {
    load: async () => {
      const { strictJsonSchema, tool } = await import('@toolloop/schema')
      return { convert: strictJsonSchema, parse: (schema) => tool({ name: 'x', parameters: schema }).parse }
    },
  },
  openai: {
    load: async () => {
      const { zodFunction } = (await import(name('openai/helpers/zod'))) as {
        zodFunction(options: object): { $parseRaw(text: string): unknown }
      }
      return {
        convert: (schema) => zodFunction({ name: 'x', parameters: schema }),
        parse: (schema) => {
          const made = zodFunction({ name: 'x', parameters: schema })
          return (text) => made.$parseRaw(text)
        },
      }
    },
  },
  ai: {
    load: async () => {
      const { asSchema } = (await import(name('ai'))) as {
        asSchema(schema: unknown): { jsonSchema: unknown; validate(value: unknown): unknown }
      }
      return {
        convert: (schema) => asSchema(schema).jsonSchema,
        parse: (schema) => {
          const made = asSchema(schema)
          return (text) => made.validate(JSON.parse(text))
        },
      }
    },
  },
}

function report(samples: number): void {
  const results = new Map<string, Sample[]>(Object.keys(subjects).map((key) => [key, []]))
  for (let round = 0; round < samples; round++) {
    for (const [key, list] of results) {
      try {
        const output = execFileSync(process.execPath, [...process.execArgv, import.meta.filename, '--sample', key], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        list.push(JSON.parse(output) as Sample)
      } catch {
        results.delete(key)
        console.log(`${key}: not installed here (pnpm bench:peers installs it)`)
      }
    }
  }
  console.log(
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${samples} samples, µs CPU`,
  )
  for (const [key, list] of results)
    console.log(
      key.padEnd(16),
      ...(['first', 'again', 'parse'] as const).map((what) =>
        `${what} ${spread(list.map((one) => one[what]))}`.padEnd(34),
      ),
    )
}

function spread(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b)
  const show = (value = Number.NaN): string => value.toFixed(value < 10 ? 2 : 0)
  return known.length === 0 ? '–' : `${show(known[known.length >> 1])} (${show(known[0])}–${show(known.at(-1))})`
}

async function sample(key: string): Promise<Sample> {
  const library = await (subjects[key] as Subject).load()
  const schemas = Array.from({ length: 300 }, makeSchema)
  // The first ones pay for the compiler; the others are measured.
  const [warm, measured] = [schemas.slice(0, 100), schemas.slice(100)]
  for (const schema of warm) library.convert(schema)
  const first = await cpu(measured.length, () => measured.map((schema) => library.convert(schema)))
  const [schema = makeSchema()] = measured
  const again = await cpu(20_000, () => repeat(20_000, () => library.convert(schema)))
  const parse = library.parse?.(schema)
  if (parse) for (let index = 0; index < 2000; index++) await parse(text)
  const parsing =
    parse &&
    (await cpu(5000, async () => {
      for (let index = 0; index < 5000; index++) await parse(text)
    }))
  return { first, again, parse: parsing }
}

async function cpu(operations: number, run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / operations
}

function repeat(times: number, run: () => unknown): void {
  for (let index = 0; index < times; index++) run()
}

/** An object of 50 fields, as tools have them: all required, so that every peer can write it. */
function makeSchema(): z.ZodObject {
  const fields = Array.from({ length: 10 }, (_, index) => ({
    [`text${index}`]: z.string().describe('Some text'),
    [`count${index}`]: z.number().int().min(0),
    [`kind${index}`]: z.enum(['a', 'b', 'c']),
    [`tags${index}`]: z.array(z.string()),
    [`flag${index}`]: z.boolean().nullable(),
  }))
  return z.object(Object.assign({}, ...fields) as z.ZodRawShape)
}

const text = JSON.stringify(
  Object.assign(
    {},
    ...Array.from({ length: 10 }, (_, index) => ({
      [`text${index}`]: 'some text',
      [`count${index}`]: index,
      [`kind${index}`]: 'a',
      [`tags${index}`]: ['x', 'y'],
      [`flag${index}`]: null,
    })),
  ),
)

/** Keeps the type checker from looking for what may not be installed. */
function name(specifier: string): string {
  return specifier
}

const [mode = '7', subject] = process.argv.slice(2)
if (mode === '--sample' && subject) console.log(JSON.stringify(await sample(subject)))
else report(Number(mode))
