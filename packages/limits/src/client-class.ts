/** Names an unknown client in an error, without its options, which may hold a password. */
export function clientClass(client: unknown): string {
  if (client === null || client === undefined) return String(client)
  const { name } = (client as { readonly constructor?: { readonly name?: string } }).constructor ?? {}
  return typeof client === 'object' && name ? `an object of the class \`${name}\`` : `a ${typeof client}`
}
