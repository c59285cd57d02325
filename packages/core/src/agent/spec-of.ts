import { defaultClient } from '@toolloop/client'
import { chatModel } from '@toolloop/transport'
import { type ChatModel, UsageError } from '@toolloop/wire'
import { fingerprintOf } from '../facts/fingerprint.ts'
import type { Middleware } from '../models/middleware.ts'
import { toolLayersOf } from '../models/tool-onion.ts'
import { modelLayersOf } from '../models/with-middleware.ts'
import { countOf } from './count-tokens.ts'
import { checkChoice } from './check-options.ts'
import { guardrailSet } from './guardrail.ts'
import { handoffSpec } from './handoff.ts'
import { type MaxResult, READ_RESULT, settingsOf } from './max-result.ts'
import { steadyOffer } from './offer.ts'
import { FINAL_TOOL, outputSpec } from './output.ts'
import type { AgentOptions, AgentSpec, AnyTool, HandoffSpec, Offer, StepAnswers } from './spec.ts'
import { readResult } from './read-result.ts'
import { type StopCondition, toolsOf } from './stop.ts'
import { reached } from './team.ts'

/** Fills in the defaults of an agent's options. @throws UsageError for options that contradict each other */
export function specOf(options: AgentOptions<readonly AnyTool[], unknown, unknown>): AgentSpec {
  const { name, instructions, params, stopWhen } = options
  const middleware = options.middleware as readonly Middleware[] | undefined // `run` requires the context that they need
  const tools = new Map<string, AnyTool>()
  for (const tool of options.tools ?? []) {
    if (tools.has(tool.name) || tool.name === FINAL_TOOL)
      throw new UsageError(`Agent \`${name}\` has two tools named \`${tool.name}\`; rename one.`)
    tools.set(tool.name, tool)
  }
  const handoffs = new Map<string, HandoffSpec>()
  for (const given of options.handoffs ?? []) {
    const one = handoffSpec(given)
    if (tools.has(one.tool.name))
      throw new UsageError(
        `Agent \`${name}\` has two functions named \`${one.tool.name}\`: one hands over to \`${one.to}\`; rename that agent, or the tool.`,
      )
    tools.set(one.tool.name, one.tool)
    handoffs.set(one.tool.name, one)
  }
  const maxResult = options.maxResult === undefined ? undefined : Object.freeze({ ...settingsOf(options.maxResult) })
  addReadResult(name, tools, maxResult, options.budget?.countTokens)
  checkChoice(`Agent \`${name}\``, options.toolChoice, [...tools.keys()])
  const conditions =
    stopWhen === undefined
      ? []
      : Array.isArray(stopWhen)
        ? (stopWhen as readonly StopCondition[])
        : [stopWhen as StopCondition]
  for (const awaited of toolsOf(conditions))
    if (!tools.has(awaited))
      throw new UsageError(
        `Agent \`${name}\`: \`stopWhen\` waits for the tool ${JSON.stringify(awaited)}, which the agent does not have. Its tools: ${[...tools.keys()].join(', ') || 'none'}.`,
      )
  const output = options.output === undefined ? undefined : outputSpec(options.output)
  const guardrails = guardrailSet(`Agent \`${name}\``, options.guardrails, tools)
  const offer = steadyOffer(tools.values())
  const spec = Object.freeze({
    name,
    fingerprint: fingerprintOf(
      [...tools.values()].map((tool) => tool.definition),
      output?.format.json_schema,
      ...(options.middleware?.length ? [options.middleware.map((one) => one.name)] : []),
      ...(options.guardrails?.length ? [options.guardrails.map(({ on, name: own }) => `${on} ${own}`)] : []),
    ),
    model: modelsOf(options),
    instructions: typeof instructions === 'function' ? instructions : () => instructions,
    tools,
    handoffs,
    offer,
    steady: steadyAnswers(options, offer),
    output,
    params: typeof params === 'function' ? params : () => params ?? {},
    toolChoice: options.toolChoice,
    parallel: options.parallel ?? true,
    limit: options.limit,
    maxSteps: options.maxSteps ?? 20,
    budget: options.budget && Object.freeze({ ...options.budget }),
    cycleGuard: options.cycleGuard ?? true,
    stopWhen: conditions,
    prepareStep: options.prepareStep,
    maxResult,
    countTokens: options.budget?.countTokens,
    onToolError: options.onToolError ?? 'message',
    stepRetries: options.stepRetries ?? 1,
    // What a blocking output guardrail holds back has no calls that could start.
    earlyDispatch: (options.earlyDispatch ?? true) && !guardrails?.blockingOutput.length,
    answerLimits: options.answerLimits && { ...options.answerLimits },
    wire: options.wire,
    compact: compactionsOf(options),
    guardrails,
    modelLayers: modelLayersOf(middleware),
    toolLayers: toolLayersOf(middleware),
  } satisfies AgentSpec)
  if (handoffs.size > 0) reached(spec) // throws for two agents of one name
  return spec
}

/** The tool that reads on in results, where there is a store. */
function addReadResult(
  agent: string,
  tools: Map<string, AnyTool>,
  { store, tokens, countTokens }: Partial<MaxResult> = {},
  budgetCount: MaxResult['countTokens'],
): void {
  if (!store || tokens === undefined) return
  if (tools.has(READ_RESULT))
    throw new UsageError(
      `Agent \`${agent}\` has a tool named \`${READ_RESULT}\`, which \`maxResult.store\` adds by itself; rename one.`,
    )
  const counted = countTokens ?? budgetCount
  tools.set(
    READ_RESULT,
    readResult(store, tokens, (text) => countOf(text, counted)),
  )
}

function compactionsOf({ compact }: AgentOptions<readonly AnyTool[], unknown, unknown>): AgentSpec['compact'] {
  if (typeof compact === 'function') return [compact]
  return compact?.length ? [...compact] : undefined
}

function steadyAnswers(
  { instructions, params = {}, prepareStep }: AgentOptions<readonly AnyTool[], unknown, unknown>,
  offer: Offer | undefined,
): StepAnswers | undefined {
  if (!offer || prepareStep || typeof instructions === 'function' || typeof params === 'function') return undefined
  return { changes: {}, offer, params, instructions }
}

/** Models by id, made at first use: until then no client and no API key is needed. */
function modelsOf({ model, client }: AgentOptions<readonly AnyTool[], unknown, unknown>): AgentSpec['model'] {
  const made = new Map<string, ChatModel>()
  return (other = model) => {
    if (typeof other !== 'string') return other
    const known = made.get(other) ?? chatModel(client ?? defaultClient(), other)
    made.set(other, known)
    return known
  }
}
