// JSON that ends too early, told apart from text that is no JSON: only the first may be whole the next time.

/** Does the text end inside a string, a list or an object? */
export function isTruncated(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
  }
  return quoted || depth > 0
}
