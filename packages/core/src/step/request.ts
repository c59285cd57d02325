import {
  type ChatModel,
  type Message,
  type ModelRequest,
  type ToolChoice,
  type ToolDefinition,
  UsageError,
} from '@toolloop/wire'
import { checkParams } from '../agent/check-model.ts'
import { checkChoice, checkStepChanges } from '../agent/check-options.ts'
import { messagesFrom } from '../agent/input.ts'
import type { FactOf } from '../facts/events.ts'
import { fingerprintOf } from '../facts/fingerprint.ts'
import { frozenCopy } from '../facts/own-copy.ts'
import { adopt } from '../facts/own-message.ts'
import { addedTools, offered, withFinalTool } from '../agent/offer.ts'
import { modeOf } from '../agent/output.ts'
import type { RequestParts, Run } from '../run/run.ts'
import type { AgentSpec, Offer, StepAnswers, StepChanges } from '../agent/spec.ts'
import { conversationOf, shownOf } from '../facts/state.ts'
import { frozen } from '../facts/state-views.ts'

/** The plan of a step: its request, and what it is made of. */
export interface StepPlan {
  readonly model: ChatModel
  readonly tools: readonly string[]
  /** The tools that `prepareStep` added. */
  readonly added: FactOf<'step.start'>['added']
  readonly toolChoice: ToolChoice | undefined
  readonly request: ModelRequest
  /** The messages that `prepareStep`, or the `filter` of a handoff, sends in place of the conversation, and the system message before them. */
  readonly edited: { readonly system: Message | undefined; readonly messages: readonly Message[] } | undefined
  /** The parts of the request, for `result.request(step)`; not copied. */
  readonly parts: RequestParts
}

/** Calls the user's functions, if any, and builds the request. */
export function planStep(run: Run): StepPlan | Promise<StepPlan> {
  const { steady } = run.agent
  return steady ? planned(run, steady) : answersOf(run).then((answers) => planned(run, answers))
}

async function answersOf(run: Run): Promise<StepAnswers> {
  const { agent, context } = run
  const changes = agent.prepareStep ? await changesOf(run, agent.prepareStep) : {}
  const offer = await offered(agent, context, changes.tools, changes.addTools)
  run.added = addedTools(agent, changes.addTools)
  const params = frozenCopy(await agent.params(context))
  checkParams(`Agent \`${agent.name}\``, params)
  return { changes, offer, params, instructions: changes.instructions ?? (await agent.instructions(context)) }
}

function planned(run: Run, { changes, offer: allowed, params, instructions }: StepAnswers): StepPlan {
  const { agent, state } = run
  const enabled = state.wrapUp ? nothing : allowed
  const model = agent.model(changes.model)
  const mode = agent.output && modeOf(agent.output, model.profile, enabled.names.length > 0)
  const offer = agent.output && mode === 'tool' ? withFinalTool(enabled, agent.output) : enabled
  const chosen = state.wrapUp ? undefined : (changes.toolChoice ?? choiceOf(run, offer.names))
  if (typeof chosen === 'object') checkChoice(`Step ${state.step} of agent \`${agent.name}\``, chosen, offer.names)
  // In `tool` mode a text is no answer: some call is required, unless a certain one is forced.
  const toolChoice = mode === 'tool' && typeof chosen !== 'object' ? 'required' : chosen

  const rest: Omit<ModelRequest, 'messages'> = { ...params, ...changes.params }
  const hasTools = offer.definitions.length > 0
  if (hasTools) {
    rest.tools = offer.definitions as ToolDefinition[]
    if (toolChoice) rest.tool_choice = toolChoice
    if (!agent.parallel) rest.parallel_tool_calls = false
  }
  if (agent.output && mode === 'native') rest.response_format = agent.output.format

  const prompt = mode === 'prompt' ? agent.output!.prompt : ''
  const head = headOf(run, instructions && prompt ? `${instructions}\n\n${prompt}` : instructions || prompt)
  const edited = changes.messages ?? (state.handover?.shown ? shownOf(state) : undefined)
  const shown = edited ?? conversationOf(state)
  const messages = head.concat(shown)
  const own = edited ? messages : head
  return {
    model,
    tools: offer.names,
    added: marksOf(run, offer.names),
    toolChoice: hasTools ? toolChoice : undefined,
    request: { ...rest, messages },
    edited: edited && { system: head[0], messages: edited },
    parts: { rest, head: own, upTo: edited ? 0 : shown.length },
  }
}

/** Names and fingerprints, so that a resumed run knows the same tools again. */
function marksOf({ added }: Run, names: readonly string[]): StepPlan['added'] {
  if (!added || added.size === 0) return undefined
  const tools = [...added.values()].filter(({ name }) => names.includes(name))
  return tools.map(({ name, definition }) => ({ name, fingerprint: fingerprintOf(definition) }))
}

/** The offer of the last step of a spent budget. */
const nothing: Offer = { names: [], definitions: [] }

async function changesOf(
  { agent, context, state }: Run,
  prepareStep: NonNullable<AgentSpec['prepareStep']>,
): Promise<StepChanges> {
  const changes = (await prepareStep({ step: state.step, state: frozen(state), context })) ?? {}
  checkStepChanges(agent.name, changes)
  // Copies: the hook may change its objects later.
  const { addTools } = changes
  const own = {
    ...changes,
    addTools: addTools && [...addTools],
    toolChoice: frozenCopy(changes.toolChoice),
    params: frozenCopy(changes.params),
  }
  if (!changes.messages) return own
  if (changes.messages.length === 0)
    throw new UsageError('`prepareStep` returned an empty `messages`; leave `messages` out to keep the conversation.')
  return { ...own, messages: messagesFrom(changes.messages) }
}

/** The same message object while the instructions are the same, so that models can cache what they computed from it. */
function headOf(run: Run, instructions: string): readonly Message[] {
  if (instructions === '') return []
  if (run.system?.content !== instructions) run.system = adopt({ role: 'system', content: instructions })
  return [run.system]
}

/** A forced choice applies to the agent's first step only, and only if its tool is offered: it would force a call in every step. */
function choiceOf({ agent, state }: Run, names: readonly string[]): ToolChoice | undefined {
  const { toolChoice } = agent
  const first = state.steps.length === (state.handover?.steps ?? 0)
  if (typeof toolChoice !== 'object') return toolChoice === 'required' && !first ? 'auto' : toolChoice
  if (toolChoice.type === 'allowed_tools')
    return toolChoice.allowed_tools.mode === 'auto' || first ? toolChoice : 'auto'
  const name = toolChoice.type === 'function' ? toolChoice.function.name : toolChoice.custom.name
  return first && names.includes(name) ? toolChoice : 'auto'
}
