// Names of tools that the API accepts: `[a-zA-Z0-9_-]{1,64}`, unique.
import { hashOf } from './fingerprint.ts'

const longest = 64

/** The name under which a tool is offered. `taken` holds the names that are in use. */
export function offeredName(name: string, prefix: string, taken: ReadonlySet<string>): string {
  const whole = `${prefix}${name}`.replaceAll(/[^a-zA-Z0-9_-]/g, '_') || 'tool'
  const base = whole.length <= longest ? whole : `${whole.slice(0, longest - 9)}_${hashOf(name).slice(0, 8)}`
  if (!taken.has(base)) return base
  for (let count = 2; ; count++) {
    const numbered = `${base.slice(0, longest - String(count).length - 1)}_${count}`
    if (!taken.has(numbered)) return numbered
  }
}
