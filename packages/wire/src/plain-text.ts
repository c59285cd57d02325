import type { ContentPart, RefusalPart } from './messages.ts'

/** The text of a message's content: its texts and refusals, joined without a separator. Other parts count as `''`. */
export function plainText(content: string | readonly (ContentPart | RefusalPart)[] | null | undefined): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => ('text' in part ? part.text : 'refusal' in part ? part.refusal : '')).join('')
}
