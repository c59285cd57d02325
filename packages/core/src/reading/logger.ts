// A run, or a tree of runs, as readable lines on a terminal. A fold over events: it works on a stream and on a log.
import { type AssistantMessage, checkOptions, oneOf, plainText } from '@toolloop/wire'
import { excerpt } from '../facts/excerpt.ts'
import { type Fact, type FactOf, isFact, type RunEvent } from '../facts/events.ts'
import type { Progress } from '../facts/progress.ts'
import { outcomeIn } from './timeline.ts'

/** Where the lines go: `process.stdout`, or anything with `write`. */
export interface LogOutput {
  write(text: string): unknown
  /** Colours are used only on a terminal. */
  readonly isTTY?: boolean | undefined
  on?(event: 'error', listener: (error: Error) => void): unknown
}

export interface LoggerOptions {
  /**
   * `error`: failed calls, cuts, retries, guardrails that trip, and an end that is not `done`. `info`: also steps, texts,
   * calls, results, decisions, and guardrails that reject or replace. `debug`: also guardrails that pass, complete calls,
   * progress of tools, tokens and breaks of the prompt's prefix. @default 'info'
   */
  readonly level?: 'error' | 'info' | 'debug' | undefined
}

const levels = ['error', 'info', 'debug'] as const
type Level = (typeof levels)[number]

/**
 * Returns a function that writes each event it gets as text. Colours are used on a terminal without `NO_COLOR` only.
 * Control characters of the model and of tools are left out. A reader that closes the pipe ends the output, not the run.
 * @throws UsageError for an unknown option or level
 */
export function logger(out: LogOutput, options: LoggerOptions = {}): (event: RunEvent) => void {
  checkOptions('The logger', options, { level: oneOf(...levels) })
  const log = new Logger(out, options.level ?? 'info')
  return (event) => log.take(event)
}

class Logger {
  readonly #out: LogOutput
  readonly #level: number
  readonly #paint: (code: number, text: string) => string
  readonly #pipe: { isClosed: boolean }
  /** A line of streamed text is open behind this path. */
  #open: string | undefined
  /** Paths whose model still sends. */
  readonly #talking = new Set<string>()
  /** The text of the root's open step. */
  #text = new StepText()
  /** Stages of a pipeline that are functions: the runs of agents show themselves. */
  readonly #functions = new Set<string>()

  constructor(out: LogOutput, level: Level) {
    this.#out = out
    this.#level = levels.indexOf(level)
    const colours = out.isTTY === true && !environment('NO_COLOR')
    this.#paint = (code, text) => (colours ? `\u001B[${code}m${text}\u001B[0m` : text)
    this.#pipe = pipeOf(out)
  }

  take(event: RunEvent): void {
    if (this.#pipe.isClosed) return
    const path = 'path' in event && typeof event.path === 'string' ? event.path : ''
    if (isFact(event)) this.#fact(event, path)
    else this.#progress(event, path)
  }

  #fact(fact: Fact, path: string): void {
    const dim = (text: string) => this.#paint(2, text)
    switch (fact.type) {
      case 'run.start':
        return path === '' ? undefined : this.#line('info', path, dim(`${fact.agent?.name ?? 'run'} begins`))
      case 'run.resume':
        return this.#line('info', path, dim('resumed'))
      case 'step.start':
        this.#talking.add(path)
        if (path === '') this.#text = new StepText()
        if (path === '' && this.#allows('info')) this.#line('info', path, '')
        return this.#line('info', path, `${this.#paint(1, `step ${fact.step + 1}`)} ${dim(clean(fact.model))}`)
      case 'call.sealed':
        if (path === '') this.#write(path, this.#text.gain(textIn(fact.gained)))
        return this.#line('debug', path, dim(`  call ${clean(fact.call.id)} is complete`))
      case 'step.done':
        this.#talking.delete(path)
        if (path === '') this.#write(path, this.#text.catchUp(textIn(fact.message)))
        return this.#tokens(path, fact)
      case 'step.cut':
        this.#talking.delete(path)
        if (path === '') this.#write(path, this.#text.catchUp(textIn(fact.message)))
        this.#line(
          'error',
          path,
          this.#paint(31, `  cut (${fact.reason})${fact.error ? `: ${short(fact.error.message)}` : ''}`),
        )
        return this.#tokens(path, fact)
      case 'tool.start':
      case 'tool.start.dynamic': {
        const early = this.#talking.has(path) ? dim(' while the model is still talking') : ''
        return this.#line('info', path, `  ${dim('→')} ${clean(fact.name)}(${short(fact.arguments)})${early}`)
      }
      case 'tool.done':
      case 'tool.done.dynamic': {
        const isAnswered = fact.reason === 'answered'
        const mark = fact.ok || isAnswered ? this.#paint(32, '✓') : this.#paint(31, '✗')
        const time = isAnswered ? 'answered' : `${fact.ms} ms`
        const result = `  ${mark} ${clean(fact.name)} ${dim(time)} ${short(plainText(fact.content))}`
        return this.#line(fact.ok || isAnswered ? 'info' : 'error', path, result)
      }
      case 'approval.request': {
        const subject = clean(fact.stage ?? fact.name)
        const request = `  ${this.#paint(33, '?')} ${subject}(${short(fact.arguments)}) waits for a decision`
        return this.#line('info', path, request)
      }
      case 'handoff':
        return this.#line('info', path, `  ${this.#paint(35, '⇒')} ${clean(fact.agent.name)}`)
      case 'approval.decision':
        return this.#line('info', path, `  ${this.#paint(33, '!')} ${clean(fact.callId)} ${decided(fact)}`)
      case 'guardrail.done':
        return this.#guardrail(path, fact)
      case 'stage.start':
        if (fact.kind === 'function') this.#functions.add(fact.stage)
        return this.#line('debug', path, dim(`  ${clean(fact.stage)} starts`))
      case 'stage.done':
        return this.#stageDone(path, fact)
      case 'message.add':
        return this.#line('debug', path, dim(`  a message is added (${fact.origin})`))
      case 'messages.compact':
        return this.#line('debug', path, dim(`  the conversation is shortened (${clean(fact.by.join(', '))})`))
      case 'run.pause':
        return this.#line('info', path, dim('paused: waits for decisions'))
      case 'run.done': {
        const { status } = fact.outcome
        this.#talking.delete(path)
        if (status === 'done')
          return path === '' ? this.#close() : this.#line('info', path, `${dim('done')} ${short(fact.outcome.text)}`)
        return this.#line('error', path, this.#paint(31, clean(outcomeIn(fact.outcome))))
      }
      default: // a fact of a newer version, or of another kind of run
        return this.#line('debug', path, dim(`  ${clean((fact as Fact).type)}`))
    }
  }

  #progress(event: Progress, path: string): void {
    switch (event.type) {
      case 'content.delta':
        return path === '' ? this.#write(path, this.#text.push(event.delta)) : undefined
      case 'tool.progress':
        return this.#line('debug', path, this.#paint(2, `  … ${clean(event.name)} ${short(show(event.data))}`))
      case 'attempt.retry': {
        const why = short(event.error instanceof Error ? event.error.message : show(event.error))
        const delay = `retry in ${Math.round(event.delay)} ms`
        return this.#line('error', path, this.#paint(2, `  attempt ${event.attempt} failed (${why}), ${delay}`))
      }
      case 'step.reset':
        if (path === '') this.#text = new StepText()
        return this.#line('error', path, this.#paint(2, `  the answer broke off (${event.reason}), retry`))
      case 'prefix.break':
        return this.#line('debug', path, this.#paint(2, `  the prompt changed (${event.place}): ${short(event.cause)}`))
      default: // deltas that are data
    }
  }

  #stageDone(path: string, { stage, ok, output, error, ms }: FactOf<'stage.done'>): void {
    const isFunction = this.#functions.delete(stage)
    const mark = ok ? this.#paint(32, '✓') : this.#paint(31, '✗')
    const result = ok ? show(output ?? '') : (error?.message ?? '')
    const line = `  ${mark} ${clean(stage)} ${this.#paint(2, `${ms} ms`)} ${short(result)}`
    this.#line(ok ? (isFunction ? 'info' : 'debug') : 'error', path, line)
  }

  #guardrail(path: string, { guardrail, on, verdict, reason }: FactOf<'guardrail.done'>): void {
    const line = `  guardrail ${clean(guardrail)} on ${on}: ${verdict}${reason ? ` (${short(reason)})` : ''}`
    if (verdict === 'trip') return this.#line('error', path, this.#paint(31, line))
    this.#line(verdict === 'pass' ? 'debug' : 'info', path, verdict === 'pass' ? this.#paint(2, line) : line)
  }

  #tokens(path: string, { usage }: FactOf<'step.done' | 'step.cut'>): void {
    if (!usage) return
    const cached = usage.prompt_tokens_details?.cached_tokens
    const read = cached === undefined ? '' : `, ${cached} cached`
    this.#line('debug', path, this.#paint(2, `  ${usage.prompt_tokens} + ${usage.completion_tokens} tokens${read}`))
  }

  #allows(level: Level): boolean {
    return levels.indexOf(level) <= this.#level
  }

  /** Text as it streams. */
  #write(path: string, delta: string): void {
    const text = clean(delta)
    if (text === '' || !this.#allows('info')) return
    if (this.#open !== undefined && this.#open !== path) this.#close()
    this.#out.write(text)
    this.#open = text.endsWith('\n') ? undefined : path
  }

  /** A line of its own, indented by the depth of its path, with the path where there is one. */
  #line(level: Level, path: string, text: string): void {
    if (!this.#allows(level)) return
    this.#close()
    if (path === '') return void this.#out.write(`${text}\n`)
    const depth = path.split('/').length
    this.#out.write(`${'  '.repeat(depth)}${this.#paint(36, clean(path))} ${text}\n`)
  }

  #close(): void {
    if (this.#open === undefined) return
    this.#open = undefined
    this.#out.write('\n')
  }
}

/** The text of one step, each part returned once: from deltas, and from facts where a log has no deltas. */
class StepText {
  #length = 0
  /** What facts of sealed calls have told so far. */
  #told = ''
  /** JSON is data, not text to read. */
  #isJson: boolean | undefined

  push(delta: string): string {
    if (delta === '') return ''
    this.#isJson ??= /^\s*[[{]/.test(delta)
    this.#length += delta.length
    return this.#isJson ? '' : delta
  }

  gain(text: string): string {
    this.#told += text
    return this.catchUp(this.#told)
  }

  catchUp(text: string): string {
    return this.push(text.slice(this.#length))
  }
}

const textIn = ({ content }: Partial<AssistantMessage>): string => plainText(content ?? null)

/** One listener for each output, however many runs are logged to it. */
const pipes = new WeakMap<LogOutput, { isClosed: boolean }>()

function pipeOf(out: LogOutput): { isClosed: boolean } {
  const known = pipes.get(out)
  if (known) return known
  const pipe = { isClosed: false } // true: its reader is gone
  out.on?.('error', (error) => {
    if ((error as { code?: unknown }).code !== 'EPIPE') throw error
    pipe.isClosed = true
  })
  pipes.set(out, pipe)
  return pipe
}

function decided({ decision }: FactOf<'approval.decision'>): string {
  if ('result' in decision || 'input' in decision) return 'is answered'
  if (!decision.approve) return `is declined${decision.reason ? `: ${short(decision.reason)}` : ''}`
  return `is approved${decision.arguments === undefined ? '' : ` with ${short(show(decision.arguments))}`}`
}

/** Without control characters, which could move a terminal's cursor; line breaks and tabs stay. */
const clean = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, '')

function short(text: string): string {
  const line = clean(text).replaceAll(/\s+/g, ' ')
  return line.length > 90 ? `${excerpt(line, 90)}…` : line
}

function show(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  } catch {
    return 'an object'
  }
}

/** Browsers have no environment. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name]
}
