// Reads and writes the file of a cassette.
import type * as NodeFs from 'node:fs'
import type * as NodePath from 'node:path'
import type * as NodeUrl from 'node:url'
import { UsageError } from '@toolloop/wire'

/** The parts of a request that are recorded and matched. */
export interface Taped {
  readonly method: string
  readonly url: string
  /** Parsed JSON, or the text if it is not JSON; `null` without a body. */
  readonly body: unknown
}

export interface Recording {
  readonly request: Taped
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    /** The body's chunks, as they arrived. */
    readonly chunks: readonly (string | { readonly base64: string })[]
  }
}

/** The recordings of a file; empty if there is no file. @throws UsageError for a file that is not a cassette */
export function readTape(file: string | URL): Recording[] {
  let text: string
  const { readFileSync } = builtin('node:fs') as typeof NodeFs
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return []
    throw error
  }
  try {
    const { version, recordings } = JSON.parse(text) as { version?: unknown; recordings?: unknown }
    if (version === 1 && Array.isArray(recordings)) return recordings as Recording[]
  } catch {
    // Not JSON: reported below.
  }
  throw new UsageError(`${String(file)} is no cassette of version 1; delete it to record it again.`)
}

export function writeTape(file: string | URL, recordings: readonly Recording[]): void {
  const { mkdirSync, writeFileSync } = builtin('node:fs') as typeof NodeFs
  const path = builtin('node:path') as typeof NodePath
  const { fileURLToPath } = builtin('node:url') as typeof NodeUrl
  mkdirSync(path.dirname(typeof file === 'string' ? file : fileURLToPath(file)), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ version: 1, recordings }, undefined, 2)}\n`)
}

/** Loads a Node module at run time, so that the package also loads and bundles for other platforms. */
function builtin(name: string): unknown {
  const module: unknown = globalThis.process?.getBuiltinModule?.(name)
  if (module) return module
  throw new UsageError(`A cassette needs \`${name}\`: record and replay on Node.`)
}

/** Replaces keys: those of the request, those in a query, and texts that look like one. */
export function clean(text: string, secrets: readonly string[]): string {
  let cleaned = text
  for (const secret of secrets) if (secret.length > 3) cleaned = cleaned.replaceAll(secret, '[key]')
  return cleaned
    .replaceAll(/([?&](?:api[-_]?key|key|token|access_token|sig)=)[^&#\s"]+/gi, '$1[key]')
    .replaceAll(/\b(?:sk|gsk|xai)[-_][A-Za-z0-9_-]{20,}/g, '[key]')
}
