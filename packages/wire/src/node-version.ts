// The packages on a Node.js that is too old: one clear line at import, in place of a failure somewhere later.

export interface Versions {
  readonly node?: string
  readonly bun?: string
  readonly deno?: string
}

/** Throws on a Node.js before 22.19. Other runtimes state a Node.js version too, which says nothing about them. */
export function requireNode({ node, bun, deno }: Versions = versionsHere()): void {
  if (node === undefined || bun !== undefined || deno !== undefined) return
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return
  throw new Error(`Toolloop needs Node.js 22.19 or newer; this is Node.js ${node}.`)
}

function versionsHere(): Versions {
  return (globalThis as { readonly process?: { readonly versions?: Versions } }).process?.versions ?? {}
}
