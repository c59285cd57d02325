import { createHash } from 'node:crypto'
import { isDeeper } from './listed-tools.ts'
import type { Tool as ServerTool } from '@modelcontextprotocol/client'

/** A hash of what the model and the user read of a tool. The order of keys does not matter. */
export function canonicalFingerprint({ name, title, description, inputSchema, outputSchema }: ServerTool): string {
  const parts = [name, title, description, inputSchema, outputSchema]
  // A schema that is nested too deeply to be serialised is never offered as it is.
  return hashOf(isDeeper(parts, 1000) ? JSON.stringify(parts.slice(0, 3)) : JSON.stringify(parts, sorted))
}

/** The first 32 hexadecimal digits of SHA-256: a server must not find two tools with one hash. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
