/** The beginning of a text, of at most `length` UTF-16 units, never cut inside a character: half of one is not valid in a request. */
export function excerpt(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
