import { UsageError } from './errors.ts'

/** A misspelt option would be an option that silently does nothing. @throws UsageError that names it and the known ones */
export function checkOptionNames(who: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(`${who} has no option \`${unknown}\`; there are ${known.join(', ')}.`)
}
