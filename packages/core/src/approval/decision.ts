// Validates and copies a decision before it is logged.
import { UsageError } from '@toolloop/wire'
import { nameOf } from '../facts/calls.ts'
import type { Decision, Fact } from '../facts/events.ts'
import { fact } from '../facts/events.ts'
import { jsonCopy } from '../facts/json-copy.ts'
import type { CallState } from '../facts/open-step.ts'
import { ApprovalError } from './error.ts'

/** Whose call is decided: its tools parse edited arguments. */
export interface Decided {
  readonly name: string
  readonly tools: ReadonlyMap<string, { parse(text: string): unknown }>
}

/**
 * Copies a decision. Anything else throws, so that a mistake never executes a tool.
 * @throws UsageError for a value that is not a decision, ApprovalError for edited arguments that the tool rejects
 */
export async function decisionOf(agent: Decided, item: CallState, given: unknown): Promise<Decision> {
  const id = item.call.id
  const { approve, reason, result, arguments: edited, input } = (given ?? {}) as Record<string, unknown>
  const isInput = item.request?.kind === 'input'
  if (isInput && input !== undefined && [approve, reason, result, edited].every((other) => other === undefined))
    return { input: jsonCopy(input, 'input') }
  if (edited !== undefined && approve === true && result === undefined) return editedBy(agent, item, edited)
  if (edited === undefined && input === undefined) {
    if (approve === undefined && typeof result === 'string') return { result }
    if (approve === true && isInput)
      throw new UsageError(
        `The call ${JSON.stringify(id)} asks for input: answer it with { input }, { approve: false } or { result: 'text' }.`,
      )
    if (approve === true && item.request?.kind === 'external')
      throw new UsageError(
        `The call ${JSON.stringify(id)} is of a tool without \`execute\`: answer it with { result: 'text' }, or { approve: false }.`,
      )
    if (approve === true && result === undefined) return { approve }
    if (approve === false && result === undefined && reason === undefined) return { approve }
    if (approve === false && result === undefined && typeof reason === 'string') return { approve, reason }
  }
  throw new UsageError(
    `The decision on the call ${JSON.stringify(id)} is ${shown(given)}; it must be { approve: true, arguments? }, { approve: false, reason? } or { result: 'text' }.`,
  )
}

/** The fact of a decision. */
export const decided = (step: number, { call, request }: CallState, decision: Decision): Fact =>
  fact({
    type: 'approval.decision',
    step,
    callId: call.id,
    ...(request?.id !== undefined && { id: request.id }),
    decision,
  })

/** An approval with edited arguments. They are parsed now, while the caller can still correct them. */
async function editedBy(agent: Decided, { call, request }: CallState, edited: unknown): Promise<Decision> {
  const id = request?.id ?? call.id
  if (request && request.kind !== 'approval')
    throw new UsageError(
      `The request ${JSON.stringify(id)} is of kind \`${request.kind}\`; \`arguments\` can be edited only where the kind is \`approval\`.`,
    )
  const text = typeof edited === 'string' ? edited : JSON.stringify(jsonCopy(edited, 'arguments'))
  const tool = agent.tools.get(nameOf(call))
  // A tool that `prepareStep` added is known when the call runs: then the arguments are parsed.
  if (!tool && request?.dynamic) return { approve: true, arguments: text }
  if (!tool)
    throw new ApprovalError('arguments', id, `The agent \`${agent.name}\` has no tool \`${nameOf(call)}\` any more.`)
  try {
    await tool.parse(text)
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : 'the tool rejected them'
    throw new ApprovalError('arguments', id, `The edited arguments of ${JSON.stringify(id)} do not fit: ${words}`, {
      cause,
    })
  }
  return { approve: true, arguments: text }
}

function shown(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 200)
  } catch {
    return `a ${typeof value}`
  }
}
