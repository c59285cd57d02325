/** The first `length` UTF-16 units of a text at most. Never cuts inside a surrogate pair: half of one is not valid in a request. */
export function excerpt(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
