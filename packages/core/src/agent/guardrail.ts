// Guardrails: checks on what goes into a run, what comes out, and what its tools do.
import type { AssistantMessage, Message, ToolCall } from '@toolloop/wire'
import {
  aFunction,
  aText,
  checkOptions,
  milliseconds,
  oneOf,
  type OptionCheck,
  showOption,
  UsageError,
} from '@toolloop/wire'
import type { GuardrailPoint } from '../facts/outcome.ts'

/** What a guardrail checks, by where it looks. Frozen, or copies. */
export interface GuardrailSubjects {
  /** `text`: what the user wrote since the last answer. `messages`: the conversation that would be sent. */
  input: { readonly text: string; readonly messages: readonly Message[] }
  /**
   * A message of the model with text. `text`: its content, refusal, and the arguments of `final_answer`. `isAnswer`: it calls
   * no tools. `output`: the typed answer, where the message is one and fits.
   */
  output: {
    readonly text: string
    readonly message: AssistantMessage
    readonly isAnswer: boolean
    readonly output: unknown
  }
  /** A call that would run or be asked about. `args` are as the tool's schema parsed them. */
  toolCall: { readonly name: string; readonly args: unknown; readonly call: ToolCall }
  /**
   * What a call came to. `output`: what the tool returned, where `ok`. `content`: what the model would read. `args` is
   * `undefined` for a result that a decision gave.
   */
  toolResult: {
    readonly name: string
    readonly args: unknown
    readonly call: ToolCall
    readonly ok: boolean
    readonly output: unknown
    readonly content: string
  }
}

/** The second argument of `check`. */
export interface GuardrailContext<Context = unknown> {
  /** The `context` option of `run`. */
  readonly context: Context
  /** Aborted with the run, at the guardrail's timeout, and when another guardrail has ended the run. */
  readonly signal: AbortSignal
  readonly agent: string
  readonly runId: string
  /** The open step or the next one, from 0. */
  readonly step: number
}

/** The run ends as `tripped` with this reason. */
export interface Trip {
  readonly trip: string
}

/** What `check` may return besides nothing, which passes. */
export interface GuardrailVerdicts {
  input: Trip
  output: Trip
  /** `reject`: the call does not run, and the model reads the text. */
  toolCall: Trip | { readonly reject: string }
  /** `replace`: stands in place of the result, for the model and for readers of the events. */
  toolResult: Trip | { readonly replace: unknown }
}

type Verdict<On extends GuardrailPoint> = GuardrailVerdicts[On] | undefined | void

export interface GuardrailOptions<On extends GuardrailPoint, Context = unknown> {
  readonly on: On
  /** Names it in facts and outcomes; unique among the agent's guardrails. */
  readonly name: string
  /**
   * `blocking`: nothing is requested (`input`), shown (`output`) or started (`toolCall`) before it passes. `parallel`: it
   * runs beside; but no tool starts before all input guardrails have passed, and the run does not end before all have. For
   * `toolResult` only `blocking`. @default 'blocking'
   */
  readonly mode?: (On extends 'toolResult' ? 'blocking' : 'blocking' | 'parallel') | undefined
  /** Only for `toolCall` and `toolResult`: the tools that it looks at. @default all */
  readonly tools?: (On extends 'toolCall' | 'toolResult' ? readonly string[] : never) | undefined
  /** Milliseconds; after them the run ends as `error`. @default none */
  readonly timeout?: number | undefined
  /** If it throws, the run ends as `error` with a `GuardrailError`. */
  check(subject: GuardrailSubjects[On], options: GuardrailContext<Context>): Verdict<On> | Promise<Verdict<On>>
}

/** A check of an agent; `guardrail` makes it. */
export interface Guardrail<On extends GuardrailPoint = GuardrailPoint, Context = unknown> {
  readonly on: On
  readonly name: string
  readonly mode: 'blocking' | 'parallel'
  readonly tools: readonly string[] | undefined
  readonly timeout: number | undefined
  readonly check: (
    subject: GuardrailSubjects[On],
    options: GuardrailContext<Context>,
  ) => Verdict<On> | Promise<Verdict<On>>
}

/** Any guardrail, wherever it looks and whatever its context. */
// oxlint-disable-next-line typescript/no-explicit-any -- subject and context are contravariant: only `any` admits every guardrail
export type AnyGuardrail = Guardrail<any, any>

/**
 * Makes a guardrail. Declare the context where it is used: `({ text }, { context }: GuardrailContext<App>) => …`.
 * @throws UsageError for an invalid option
 */
export function guardrail<const On extends GuardrailPoint, Context = unknown>(
  options: GuardrailOptions<On, Context>,
): Guardrail<On, Context> {
  const name: unknown = (options as { name?: unknown } | undefined)?.name
  const who = typeof name === 'string' ? `Guardrail \`${name}\`` : 'guardrail()'
  checkOptions(who, options, checks)
  for (const required of ['on', 'name', 'check'] as const)
    if (options[required] === undefined) throw new UsageError(`${who} needs \`${required}\`: ${checks[required][1]}.`)
  const { on, mode = 'blocking', tools, timeout } = options
  if (tools && on !== 'toolCall' && on !== 'toolResult')
    throw new UsageError(`${who}: \`tools\` is for guardrails on "toolCall" and "toolResult"; this one is on "${on}".`)
  if (on === 'toolResult' && mode === 'parallel')
    throw new UsageError(
      `${who}: a guardrail on "toolResult" is always blocking, since nothing reads a result before it passes.`,
    )
  const own = tools && Object.freeze([...(tools as readonly string[])])
  return Object.freeze({ on, name: options.name, mode, tools: own, timeout, check: options.check.bind(options) })
}

const checks = {
  on: oneOf('input', 'output', 'toolCall', 'toolResult'),
  name: [(value) => typeof value === 'string' && value !== '', 'a text that is not empty'],
  mode: oneOf('blocking', 'parallel'),
  tools: [(value) => Array.isArray(value) && value.every((one) => aText[0](one)), 'an array of names of tools'],
  timeout: milliseconds,
  check: aFunction,
} satisfies Record<keyof GuardrailOptions<GuardrailPoint>, OptionCheck>

/** An agent's guardrails by where and when they are run. */
export interface GuardrailSet {
  readonly input: readonly Guardrail<'input'>[]
  readonly blockingOutput: readonly Guardrail<'output'>[]
  readonly parallelOutput: readonly Guardrail<'output'>[]
  readonly toolCall: readonly Guardrail<'toolCall'>[]
  readonly toolResult: readonly Guardrail<'toolResult'>[]
}

/** The guardrails of an agent; `undefined` without any. @throws UsageError for a name given twice, and for unknown tools */
export function guardrailSet(
  who: string,
  list: readonly AnyGuardrail[] = [],
  tools: ReadonlyMap<string, unknown>,
): GuardrailSet | undefined {
  if (list.length === 0) return undefined
  const names = new Set<string>()
  for (const one of list) {
    if (names.has(one.name)) throw new UsageError(`${who} has two guardrails named \`${one.name}\`; rename one.`)
    names.add(one.name)
    const unknown = one.tools?.find((name) => !tools.has(name))
    if (unknown !== undefined)
      throw new UsageError(
        `${who}: the guardrail \`${one.name}\` names the tool ${showOption(unknown)}, which the agent does not have. Its tools: ${[...tools.keys()].join(', ') || 'none'}.`,
      )
  }
  const of = <On extends GuardrailPoint>(on: On): Guardrail<On>[] => list.filter((one) => one.on === on)
  const output = of('output')
  return Object.freeze({
    input: of('input'),
    blockingOutput: output.filter(({ mode }) => mode === 'blocking'),
    parallelOutput: output.filter(({ mode }) => mode === 'parallel'),
    toolCall: of('toolCall'),
    toolResult: of('toolResult'),
  })
}

/** @throws UsageError for what is no list of guardrails */
export function checkGuardrails(who: string, list: unknown): void {
  const bad = Array.isArray(list) ? (list as readonly unknown[]).find((one) => !isGuardrail(one)) : list
  if (bad !== undefined)
    throw new UsageError(
      `${who}: \`guardrails\` has ${showOption(bad)}; it must be an array of what \`guardrail\` returned.`,
    )
}

const isGuardrail = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'on' in value && 'check' in value && 'mode' in value
