// Environment variables. Read when a client first needs them, never at import.

/** The variable's value; `undefined` when it is missing, empty, or the platform has no environment. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  const value = process?.env?.[name]?.trim()
  return value === '' ? undefined : value
}
