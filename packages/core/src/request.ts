import {
  type ChatModel,
  type Message,
  type ModelRequest,
  type ToolChoice,
  type ToolDefinition,
  UsageError,
} from '@toolloop/wire'
import { checkChoice, checkStepChanges } from './check-options.ts'
import { adopt, validateMessages } from './input.ts'
import { FINAL_TOOL, finalTool, modeOf } from './output.ts'
import type { Run } from './run.ts'
import { frozen, messagesOf } from './state.ts'

/** One step as it will be asked. */
export interface StepPlan {
  readonly model: ChatModel
  readonly tools: readonly string[]
  readonly toolChoice: ToolChoice | undefined
  readonly request: ModelRequest
}

/** Asks the user's functions and renders the request. Kept for `result.request(step)` by its parts, not copied. */
export async function planStep(run: Run): Promise<StepPlan> {
  const { agent, context, state } = run
  const changes = (await agent.prepareStep?.({ step: state.step, state: frozen(state), context })) ?? {}
  checkStepChanges(agent.name, changes)
  const model = agent.model(changes.model)
  const names = await offered(run, changes.tools)
  const mode = agent.output && modeOf(agent.output, model.profile, names.length > 0)
  const definitions: ToolDefinition[] = names.map((name) => agent.tools.get(name)!.definition)
  if (agent.output && mode === 'tool') {
    definitions.push(finalTool(agent.output))
    names.push(FINAL_TOOL)
  }
  const chosen = changes.toolChoice ?? choiceOf(run, names)
  checkChoice(`Step ${state.step} of agent \`${agent.name}\``, chosen, names)
  // In `tool` mode a text would be no answer: unless a certain call is forced, some call is.
  const toolChoice = mode === 'tool' && typeof chosen !== 'object' ? 'required' : chosen
  const params = { ...(await agent.params(context)), ...changes.params }
  const instructions = [
    changes.instructions ?? (await agent.instructions(context)),
    mode === 'prompt' ? agent.output!.prompt : undefined,
  ]
  const head = headOf(run, instructions.filter(Boolean).join('\n\n'))
  if (changes.messages) validateMessages(changes.messages)
  if (changes.messages?.length === 0)
    throw new UsageError(
      '`prepareStep` answers with no messages at all; leave `messages` out to keep the conversation.',
    )
  const said = changes.messages ?? messagesOf({ ...state, open: null })
  const request: ModelRequest = {
    ...params,
    messages: head.concat(said),
    ...(definitions.length > 0 && { tools: definitions }),
    ...(definitions.length > 0 && toolChoice && { tool_choice: toolChoice }),
    ...(definitions.length > 0 && !agent.parallel && { parallel_tool_calls: false }),
    ...(agent.output && mode === 'native' && { response_format: agent.output.format }),
  }
  const own = changes.messages ? request.messages : head
  run.requests.set(state.step, {
    request: { ...request, messages: [] },
    head: own,
    upTo: changes.messages ? 0 : said.length,
  })
  return { model, tools: names, toolChoice: definitions.length > 0 ? toolChoice : undefined, request }
}

/** The same message as long as it says the same: what is known of it is known of the next request. */
function headOf(run: Run, instructions: string): readonly Message[] {
  if (instructions === '') return []
  if (run.system?.content !== instructions) run.system = adopt({ role: 'system', content: instructions })
  return [run.system]
}

async function offered({ agent, context }: Run, narrowed: readonly string[] | undefined): Promise<string[]> {
  if (narrowed && !Array.isArray(narrowed))
    throw new UsageError(
      `\`prepareStep\` answers \`tools\` with ${JSON.stringify(narrowed)}; it must be an array of names.`,
    )
  const unknown = narrowed?.find((name) => !agent.tools.has(name))
  if (unknown !== undefined)
    throw new UsageError(
      `\`prepareStep\` offers the tool ${JSON.stringify(unknown)}, which agent \`${agent.name}\` does not have; it has ${[...agent.tools.keys()].join(', ') || 'none'}.`,
    )
  const names: string[] = []
  for (const [name, { policy }] of agent.tools) {
    if (narrowed && !narrowed.includes(name)) continue
    const enabled = typeof policy.enabled === 'function' ? await policy.enabled(context) : (policy.enabled ?? true)
    if (enabled) names.push(name)
  }
  return names
}

/** A forced choice would force for ever: it holds for the first step, and only where its tool is offered. */
function choiceOf({ agent, state }: Run, names: readonly string[]): ToolChoice | undefined {
  const { toolChoice } = agent
  const first = state.steps.length === 0
  if (typeof toolChoice !== 'object') return toolChoice === 'required' && !first ? 'auto' : toolChoice
  if (toolChoice.type === 'allowed_tools')
    return toolChoice.allowed_tools.mode === 'auto' || first ? toolChoice : 'auto'
  const name = toolChoice.type === 'function' ? toolChoice.function.name : toolChoice.custom.name
  return first && names.includes(name) ? toolChoice : 'auto'
}
