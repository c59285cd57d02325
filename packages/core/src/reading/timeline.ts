import { type ContentPart, type Message, type TextPart, UsageError } from '@toolloop/wire'
import { argumentsOf, nameOf } from '../facts/calls.ts'
import type { Decision, Fact, FactOf } from '../facts/events.ts'
import type { Outcome } from '../facts/outcome.ts'

/** A fact as one line of the timeline. */
export interface Moment {
  readonly seq: number
  readonly type: Fact['type']
  readonly path: string
  /** The step it belongs to. */
  readonly step: number | undefined
  /** `at` in milliseconds since 1970, `after` in milliseconds since the run's start. */
  readonly at: number
  readonly after: number
  /** One line. */
  readonly text: string
}

export function timelineOf(facts: readonly Fact[]): Moment[] {
  const { at: start } = startOf(facts)
  return facts.map((fact) => ({
    seq: fact.seq,
    type: fact.type,
    path: fact.path,
    step: 'step' in fact ? fact.step : undefined,
    at: fact.at,
    after: fact.at - start,
    text: textOf(fact),
  }))
}

/** The first fact of a run. @throws UsageError when the log does not begin with `run.start` */
export function startOf([first]: readonly Fact[]): FactOf<'run.start'> {
  if (first?.type === 'run.start') return first
  throw new UsageError(
    first
      ? 'The log does not begin with `run.start`; it is not the log of a run.'
      : 'The log is empty: no run has started in it.',
  )
}

/** The first fact of an agent's run. @throws UsageError for the log of a pipeline, or of no run */
export function checkOfAgent(facts: readonly Fact[], verb: 'replayed' | 'forked'): FactOf<'run.start'> {
  const start = startOf(facts)
  if (!start.pipeline) return start
  throw new UsageError(
    `The log is of the pipeline \`${start.agent.name}\`; only the log of an agent can be ${verb}. To go on with a pipeline, run it with \`from\`.`,
  )
}

function textOf(fact: Fact): string {
  switch (fact.type) {
    case 'run.start':
      return `run.start  ${excerpt(fact.pipeline ? valueText(fact.pipeline.input) : textBy(fact.input.at(-1)))}`
    case 'run.resume':
      return 'run.resume'
    case 'step.start':
      return `step ${fact.step}  asks ${fact.model}${fact.tools.length > 0 ? ` (${fact.tools.join(', ')})` : ''}`
    case 'call.sealed':
      return `step ${fact.step}  calls ${nameOf(fact.call)}(${excerpt(argumentsOf(fact.call))}) ${fact.call.id}, still talking`
    case 'step.done':
    case 'step.cut': {
      const calls = fact.message.tool_calls?.map((call) => `${nameOf(call)}(${excerpt(argumentsOf(call))}) ${call.id}`)
      const said = [excerpt(textBy(fact.message)), ...(calls ?? [])].filter((part) => part !== '').join('; ')
      const by = fact.servedBy === undefined ? '' : `${fact.servedBy}: `
      const end = fact.type === 'step.cut' ? `${by}cut (${fact.reason}): ` : by
      return `step ${fact.step}  ${end}${said || 'nothing'}${tokensOf(fact)}`
    }
    case 'tool.start':
    case 'tool.start.dynamic':
      return `step ${fact.step}  ${fact.name} ${fact.callId} starts`
    case 'tool.done':
    case 'tool.done.dynamic':
      return `step ${fact.step}  ${fact.name} ${fact.callId} ${fact.ok ? 'returns' : (fact.reason ?? 'fails')}: ${excerpt(textIn(fact.content))}`
    case 'handoff':
      return `step ${fact.step}  ${fact.from} hands over to ${fact.agent.name}`
    case 'tool.pause':
      return `step ${fact.step}  ${fact.name} ${fact.callId} waits for decisions inside`
    case 'approval.request':
      return `${subjectOf(fact, `${fact.name} ${fact.callId}`)} waits (${fact.kind}): ${excerpt(fact.arguments)}`
    case 'approval.decision':
      return `${subjectOf(fact, fact.callId)} ${decisionIn(fact.decision)}`
    case 'message.add':
      return `message  ${excerpt(textBy(fact.message))}`
    case 'messages.compact':
      return `step ${fact.step}  reads a shorter conversation (${fact.by.join(', ')})`
    case 'guardrail.done': {
      const about = fact.callId === undefined ? fact.on : `${fact.on} ${fact.callId}`
      return `step ${fact.step}  guardrail ${fact.guardrail} on ${about}: ${fact.verdict}${fact.reason ? ` (${excerpt(fact.reason)})` : ''}`
    }
    case 'stage.start':
      return `stage ${fact.stage}  starts`
    case 'stage.done':
      return `stage ${fact.stage}  ${fact.ok ? `returns ${fact.live ? 'an iterable' : excerpt(valueText(fact.output))}` : `fails: ${excerpt(fact.error?.message ?? '')}`}`
    case 'stage.answer':
      return `stage ${fact.stage}  ${fact.round === undefined ? '' : `round ${fact.round}: `}answer ${excerpt(valueText(fact.value))}`
    case 'stage.items':
      return `stage ${fact.stage}  reads ${fact.inputs.length} items${fact.end ? ', the last ones' : ''}`
    case 'stage.cut':
      return `stage ${fact.stage}  aborts the rest`
    case 'stage.wait':
      return `stage ${fact.stage}  waits for a decision`
    case 'part.start':
      return `part ${fact.part}  starts as a run of its own`
    case 'part.pause':
      return `part ${fact.part}  waits for decisions`
    case 'part.done':
      return `part ${fact.part}  ${fact.goesOn ? 'has spent its share of the budget and goes on here' : `ends as ${fact.status}`}`
    case 'run.pause':
      return `run.pause  waits for ${fact.callIds.join(', ') || 'decisions'}` // a pipeline has no calls
    case 'run.done':
      return `run.done  ${outcomeIn(fact.outcome)}`
    default:
      return (fact as Fact).type // a fact type of a newer version
  }
}

/** A call of a step, or a stage. */
const subjectOf = ({ step, stage }: { readonly step: number; readonly stage?: string }, call: string): string =>
  stage === undefined ? `step ${step}  ${call}` : `stage ${stage} `

const valueText = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

function decisionIn(decision: Decision): string {
  if ('result' in decision) return `is answered: ${excerpt(decision.result)}`
  if ('input' in decision) return `is answered: ${excerpt(JSON.stringify(decision.input))}`
  if (!decision.approve) return `is declined${decision.reason ? `: ${excerpt(decision.reason)}` : ''}`
  return `is approved${typeof decision.arguments === 'string' ? ` with ${excerpt(decision.arguments)}` : ''}`
}

export function outcomeIn(outcome: Outcome): string {
  switch (outcome.status) {
    case 'done':
      return `done: ${excerpt(outcome.text)}`
    case 'stopped':
      return `stopped by ${outcome.by}`
    case 'limit':
      return outcome.kind === 'steps'
        ? `limit of ${outcome.allowed} steps`
        : `limit: a cycle of ${outcome.calls.join(', ')}`
    case 'budget':
      return `budget: ${outcome.spent} of ${outcome.allowed} ${outcome.dimension}`
    case 'tripped':
      return `tripped by ${outcome.guardrail}: ${excerpt(outcome.reason)}`
    case 'refused':
      return `refused: ${excerpt(outcome.refusal)}`
    case 'aborted':
      return `aborted: ${excerpt(outcome.reason)}`
    case 'error':
      return `error: ${excerpt(outcome.error.message)}`
    case 'truncated':
    case 'filtered':
      return outcome.status
  }
}

const tokensOf = ({ usage }: FactOf<'step.done' | 'step.cut'>): string =>
  usage ? ` [${usage.prompt_tokens} + ${usage.completion_tokens} tokens]` : ''

function textBy(message: Message | undefined): string {
  const { content } = message ?? {}
  const refusal = message && 'refusal' in message && message.refusal ? message.refusal : ''
  return content === null || content === undefined ? refusal : textIn(content as string | ContentPart[])
}

const textIn = (content: string | readonly (ContentPart | TextPart)[]): string =>
  typeof content === 'string'
    ? content
    : content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : `(${part.type})`)).join(' ')

/** The text on one line, cut after `length` characters. */
function excerpt(text: string, length = 100): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}
