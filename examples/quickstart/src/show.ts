// Shows a run as it happens. Everything here is read off the run's events.
import type { RunEvent, RunUsage } from 'toolloop'

export interface Output {
  write(text: string): void
}

const color = process.stdout.isTTY && !process.env['NO_COLOR']
const paint = (code: number) => (text: string) => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
export const dim = paint(2)
export const bold = paint(1)
const green = paint(32)
const red = paint(31)

/** Where a line may still be open behind streamed text, and where the step stands. */
export class Screen {
  readonly #out: Output
  #open = false
  /** The step's model still sends. */
  talking = false
  /** The step's text is JSON: the answer, which is printed once, at the end. */
  answering: boolean | undefined

  constructor(out: Output) {
    this.#out = out
  }

  /** Text as it streams. */
  text(delta: string): void {
    if (delta === '') return
    this.#out.write(delta)
    this.#open = !delta.endsWith('\n')
  }

  /** A line of its own. */
  line(text: string): void {
    this.#out.write(`${this.#open ? '\n' : ''}${text}\n`)
    this.#open = false
  }
}

/** Prints one event. */
export function show(event: RunEvent, screen: Screen): void {
  switch (event.type) {
    case 'step.start':
      screen.talking = true
      screen.answering = undefined
      return screen.line(`\n${bold(`step ${event.step + 1}`)} ${dim(event.model)}`)
    case 'content.delta':
      screen.answering ??= event.delta.startsWith('{')
      return screen.answering ? undefined : screen.text(event.delta)
    case 'step.done':
      screen.talking = false
      return undefined
    case 'tool.start': {
      const early = screen.talking ? dim(' while the model is still talking') : ''
      return screen.line(`  ${dim('→')} ${event.name}(${short(event.arguments, 90)})${early}`)
    }
    case 'tool.done':
      return screen.line(
        `  ${event.ok ? green('✓') : red('✗')} ${event.name} ${dim(`${event.ms} ms`)} ${short(textOf(event.content), 90)}`,
      )
    case 'attempt.retry':
      return screen.line(
        `  ${dim(`attempt ${event.attempt} failed (${messageOf(event.error)}), again in ${Math.round(event.delay)} ms`)}`,
      )
    case 'step.reset':
      return screen.line(dim('  the stream broke off; asking again'))
    default:
  }
}

export function tokens({ reported, unreported }: RunUsage): string {
  const told = reported ? `${reported.prompt_tokens} + ${reported.completion_tokens} tokens` : 'tokens unknown'
  return unreported > 0 && reported ? `${told} (${unreported} steps reported none)` : told
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function textOf(content: string | readonly { readonly text: string }[]): string {
  return typeof content === 'string' ? content : content.map((part) => part.text).join('')
}

function short(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > length ? `${line.slice(0, length)}…` : line
}
