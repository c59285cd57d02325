// Words for the answer, in the colours of a terminal.
import type { RunUsage } from 'toolloop'

const color = process.stdout.isTTY && !process.env['NO_COLOR']
const paint = (code: number) => (text: string) => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
export const dim = paint(2)
export const bold = paint(1)

export function tokens({ reported, unreported }: RunUsage): string {
  const told = reported ? `${reported.prompt_tokens} + ${reported.completion_tokens} tokens` : 'tokens unknown'
  return unreported > 0 && reported ? `${told} (${unreported} steps reported none)` : told
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
