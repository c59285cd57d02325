import { defaultClient, type EventSource } from '@toolloop/client'
import type { Tool } from '@toolloop/schema'
import { chatModel } from '@toolloop/transport'
import { type ChatModel, UsageError, deepFreeze } from '@toolloop/wire'
import { checkAgentOptions, checkChoice, checkRunOptions } from './check-options.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { RunEvent } from './events.ts'
import { type Input, messagesFrom } from './input.ts'
import { openRun } from './open-run.ts'
import { steadyOffer } from './offer.ts'
import { FINAL_TOOL, outputSpec } from './output.ts'
import type { Result } from './result.ts'
import type { RunArguments } from './run-options.ts'
import { OpenRunStream, type RunStream } from './run-stream.ts'
import type { AgentOptions, AgentSpec, AnyTool, Offer, StepAnswers } from './spec.ts'
import { type StopCondition, toolsOf } from './stop.ts'
import type { EventOf } from './typed-events.ts'

/** A model, its instructions, tools and output: a frozen description that may be run any number of times. */
export interface Agent<Output = string, Tools extends readonly AnyTool[] = readonly AnyTool[], Context = unknown> {
  readonly name: string
  readonly tools: Tools
  /** Runs to the end. Rejects only before anything was sent, for wrong options or messages; failures are outcomes. */
  run(input?: Input, ...options: RunArguments<Context>): Promise<Result<Output>>
  /**
   * The same run as a stream of typed events. Lazy: nothing is sent before it is iterated, listened to, or awaited.
   * @throws UsageError for messages that the API would refuse
   */
  stream(input?: Input, ...options: RunArguments<Context>): RunStream<EventOf<Tools>, Output>
  /** The same agent with some things changed, for example its model in a test. */
  with(overrides: Partial<AgentOptions<Tools, Output, Context>>): Agent<Output, Tools, Context>
}

/** Whatever agent, for code that is given one: it can be run and streamed, and its output is known or not. */
// oxlint-disable-next-line typescript/no-explicit-any -- a context is taken, not given: only `any` admits every agent
export type AnyAgent<Output = unknown> = Pick<
  Agent<Output, readonly AnyTool[], any>,
  'name' | 'tools' | 'run' | 'stream'
>

/**
 * Describes an agent. Context is stated where it is used (`{ context }: ToolContext<App>` in a tool, or in a hook) and
 * then required by `run`: all that tools and hooks ask for. A hook that states none is given the tools'.
 * @throws UsageError for a wrong option or two tools of one name
 */
export function agent<
  const Tools extends readonly AnyTool[] = readonly [],
  Output = string,
  // One for each hook: a single one would be inferred from one hook, and the others would have to fit it.
  Instructions = ContextOf<Tools>,
  Params = ContextOf<Tools>,
  Step = ContextOf<Tools>,
  Validate = ContextOf<Tools>,
>(
  options: AgentOptions<Tools, Output, Instructions, Params, Step, Validate>,
): Agent<Output, Tools, ContextOf<Tools> & Instructions & Params & Step & Validate> {
  checkAgentOptions(options)
  // What the caller changes later changes nothing here.
  const { params, tools } = options
  const own = {
    ...options,
    ...(tools && { tools: Object.freeze([...tools]) as unknown as Tools }),
    ...(typeof params === 'object' && { params: deepFreeze(structuredClone(params)) }),
  }
  const spec = specOf(own as unknown as AgentOptions<readonly AnyTool[], unknown, unknown>)
  // `live` in tool-facts.ts puts on the events what their types tell here: that is not to be seen in a log's types.
  type Events = RunStream<EventOf<Tools>, Output>
  const open = (
    input: Input | undefined,
    runOptions: object | undefined,
    watched: boolean,
  ): (() => Promise<EventSource<RunEvent, Result<Output>>>) => {
    checkRunOptions(runOptions ?? {})
    const messages = messagesFrom(input) // now: the caller may change them later
    return () => openRun<Output>(spec, messages, runOptions ?? {}, watched)
  }
  return Object.freeze({
    name: spec.name,
    tools: (own.tools ?? []) as Tools,
    run: async (input, ...[runOptions]) => drain(await open(input, runOptions, false)()),
    stream: (input, ...[runOptions]) =>
      new OpenRunStream(open(input, runOptions, true)) as RunStream<RunEvent, Output> as unknown as Events,
    with: (overrides) => agent({ ...own, ...(overrides as unknown as Partial<typeof options>) }),
  } satisfies ReturnType<typeof agent<Tools, Output, Instructions, Params, Step, Validate>>)
}

/** To the result, with nobody looking at the events. */
async function drain<Outcome>(events: EventSource<unknown, Outcome>): Promise<Outcome> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
  }
}

/** The context that all of these tools can be run with. */
export type ContextOf<Tools extends readonly AnyTool[]> = Intersection<
  Tools[number] extends infer One
    ? One extends Tool<string, infer _Args, unknown, infer Context>
      ? (context: Context) => void
      : never
    : never
>
type Intersection<Functions> = [Functions] extends [never]
  ? unknown
  : [Functions] extends [(context: infer Both) => void]
    ? Both
    : never

function specOf(options: AgentOptions<readonly AnyTool[], unknown, unknown>): AgentSpec {
  const { name, instructions, params, stopWhen } = options
  const tools = new Map<string, AnyTool>()
  for (const tool of options.tools ?? []) {
    if (tools.has(tool.name) || tool.name === FINAL_TOOL)
      throw new UsageError(`Agent \`${name}\` has two tools named \`${tool.name}\`; rename one.`)
    tools.set(tool.name, tool)
  }
  checkChoice(`Agent \`${name}\``, options.toolChoice, [...tools.keys()])
  const conditions =
    stopWhen === undefined
      ? []
      : Array.isArray(stopWhen)
        ? (stopWhen as readonly StopCondition[])
        : [stopWhen as StopCondition]
  for (const asked of toolsOf(conditions))
    if (!tools.has(asked))
      throw new UsageError(
        `Agent \`${name}\`: \`stopWhen\` waits for the tool ${JSON.stringify(asked)}; there is ${[...tools.keys()].join(', ') || 'none'}.`,
      )
  const output = options.output === undefined ? undefined : outputSpec(options.output)
  const offer = steadyOffer(tools.values())
  return Object.freeze({
    name,
    fingerprint: fingerprintOf(
      [...tools.values()].map((tool) => tool.definition),
      output?.format.json_schema,
    ),
    model: modelsOf(options),
    instructions: typeof instructions === 'function' ? instructions : () => instructions,
    tools,
    offer,
    steady: steadyAnswers(options, offer),
    output,
    params: typeof params === 'function' ? params : () => params ?? {},
    toolChoice: options.toolChoice,
    parallel: options.parallel ?? true,
    limit: options.limit,
    maxSteps: options.maxSteps ?? 20,
    stopWhen: conditions,
    prepareStep: options.prepareStep,
    onToolError: options.onToolError ?? 'message',
    stepRetries: options.stepRetries ?? 1,
    earlyDispatch: options.earlyDispatch ?? true,
    answerLimits: options.answerLimits && { ...options.answerLimits },
    wire: options.wire,
  } satisfies AgentSpec)
}

function steadyAnswers(
  { instructions, params = {}, prepareStep }: AgentOptions<readonly AnyTool[], unknown, unknown>,
  offer: Offer | undefined,
): StepAnswers | undefined {
  if (!offer || prepareStep || typeof instructions === 'function' || typeof params === 'function') return undefined
  return { changes: {}, offer, params, instructions }
}

/** Models by id, made when first asked for: until then no client, no key is needed. */
function modelsOf({ model, client }: AgentOptions<readonly AnyTool[], unknown, unknown>): AgentSpec['model'] {
  const made = new Map<string, ChatModel>()
  return (other = model) => {
    if (typeof other === 'object' && other !== null && 'name' in other) return other
    if (typeof other !== 'string' || other === '')
      throw new UsageError(`A model is an id or a ChatModel, not ${JSON.stringify(other)}.`)
    const known = made.get(other) ?? chatModel(client ?? defaultClient(), other)
    made.set(other, known)
    return known
  }
}
