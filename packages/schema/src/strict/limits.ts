// The API's limits on one schema, counted while it is written, so that a finding has a path.
import type { Rule } from '../contract/findings.ts'

export const maxProperties = 5000
export const maxDepth = 10
export const maxCharacters = 120_000
export const maxEnumValues = 1000
/** An enum of more values than this also has a limit of characters. */
export const longEnum = 250
export const maxLongEnumCharacters = 15_000

type Report = (rule: Rule, path: string, message: string, remedy: string) => void

/** Reports each limit once, where it is exceeded. */
export class Limits {
  readonly #report: Report
  readonly #reported = new Set<Rule>()
  #properties = 0
  #characters = 0
  #values = 0

  constructor(report: Report) {
    this.#report = report
  }

  property(name: string, path: string): void {
    this.#properties++
    if (this.#properties > maxProperties)
      this.#once(
        'limit:properties',
        path,
        `more than ${grouped(maxProperties)} properties`,
        'split it into several tools',
      )
    this.#count(name.length, path)
  }

  definition(name: string, path: string): void {
    this.#count(name.length, path)
  }

  /** @param depth objects and arrays on the way, the root included */
  depth(depth: number, path: string): void {
    if (depth > maxDepth)
      this.#once(
        'limit:depth',
        path,
        `nested more than ${maxDepth} levels deep`,
        'flatten it, or make it recursive with a getter',
      )
  }

  values(values: readonly unknown[], path: string): void {
    const characters = values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0)
    this.#values += values.length
    if (this.#values > maxEnumValues)
      this.#once(
        'limit:enum',
        path,
        `more than ${grouped(maxEnumValues)} enum values in all`,
        'z.string(), checked with .refine()',
      )
    if (values.length > longEnum && characters > maxLongEnumCharacters)
      this.#report(
        'limit:enum',
        path,
        `an enum of ${grouped(values.length)} values with ${grouped(characters)} characters; above ${longEnum} values the API accepts ${grouped(maxLongEnumCharacters)} characters`,
        'shorter values, or z.string(), checked with .refine()',
      )
    this.#count(characters, path)
  }

  #count(characters: number, path: string): void {
    this.#characters += characters
    if (this.#characters > maxCharacters)
      this.#once(
        'limit:characters',
        path,
        `more than ${grouped(maxCharacters)} characters of property names, definition names and enum values`,
        'shorten the names',
      )
  }

  #once(rule: Rule, path: string, message: string, remedy: string): void {
    if (this.#reported.has(rule)) return
    this.#reported.add(rule)
    this.#report(rule, path, message, remedy)
  }
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
