/** A hash of JSON values, 16 hexadecimal digits: FNV-1a with two seeds. Not cryptographic. */
export function fingerprintOf(...parts: readonly unknown[]): string {
  const text = JSON.stringify(parts)
  return [0x811c9dc5, 0x2f0b4c47].map((seed) => hash(text, seed).toString(16).padStart(8, '0')).join('')
}

function hash(text: string, seed: number): number {
  let value = seed
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}
