import type { OptionCheck } from '@toolloop/wire'

/** A base URL. */
export const anAddress: OptionCheck = [
  (value) => typeof value === 'string' && /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
  'a URL such as http://127.0.0.1:8080',
]
