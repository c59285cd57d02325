import type { EventSource } from '@toolloop/client'
import type { OutputOf, StandardSchema, Tool } from '@toolloop/schema'
import { checkAgentOptions } from './agent/check-options.ts'
import { remember } from './agent/known.ts'
import { type Input, messagesFrom } from './agent/input.ts'
import type { AnyHandoff, Handoff } from './agent/handoff-option.ts'
import type { HeldByAny, Reached, Settled, ToolsOfAny, TransfersTo } from './agent/reached.ts'
import type { AnyGuardrail, Guardrail } from './agent/guardrail.ts'
import type { AgentOptions, AnyTool } from './agent/spec.ts'
import type { Desk } from './approval/desk.ts'
import { type AgentTool, agentTool, type AgentToolInput, type AgentToolOptions } from './compose/agent-tool.ts'
import { Mailbox } from './control/mailbox.ts'
import { specOf } from './agent/spec-of.ts'
import type { EventOf } from './agent/typed-events.ts'
import type { RunEvent } from './facts/events.ts'
import { frozenCopy } from './facts/own-copy.ts'
import { openRun, runnableAgent } from './loop/open.ts'
import { rememberRunnable } from './loop/runnable.ts'
import type { AnyMiddleware } from './models/middleware.ts'
import { deskOf } from './run/desk-of.ts'
import { drain } from './run/drain.ts'
import type { RunArguments } from './run/options.ts'
import { outputOf, type Result } from './run/result.ts'
import { OpenRunStream, type RunStream } from './run/stream.ts'

/**
 * A model, its instructions, tools and output: a frozen description that can be run any number of times. `Others`: the agents
 * that it reaches by handoffs; the output is then that of the agent that holds the run at its end.
 */
export interface Agent<
  Output = string,
  Tools extends readonly AnyTool[] = readonly AnyTool[],
  Context = unknown,
  Name extends string = string,
  Others extends Reached = never,
> {
  readonly name: Name
  readonly tools: Tools
  /** Runs to the end. Rejects only before anything is sent, for invalid options or messages, or a log that cannot be used; later failures are outcomes. */
  run(
    input?: Input,
    ...options: RunArguments<Context>
  ): Promise<Result<Output | Others['output'], HeldByAny<Name, Output, Others>>>
  /**
   * The same run as a stream of typed events. Lazy: nothing is sent until a consumer iterates it, calls `.on`, or reads
   * `.result` or `.started`.
   * @throws UsageError for invalid options, and messages that the API would reject
   */
  stream(
    input?: Input,
    ...options: RunArguments<Context>
  ): RunStream<
    EventOf<ToolsOfAny<Tools, Others>, Output | Others['output'], TransfersTo<Others>>,
    Output | Others['output'],
    Result<Output | Others['output'], HeldByAny<Name, Output, Others>>
  >
  /**
   * The agent as a tool of another agent. Its run is part of the calling run: the same log, signal and context; its events
   * reach the calling run's stream with their `path`. The calling model reads its output, or how else it ended.
   * @throws UsageError or SchemaError for invalid options
   */
  asTool<
    const ToolName extends string,
    Parameters extends StandardSchema = StandardSchema<AgentToolInput>,
    ToolOutput = Output | Others['output'],
  >(
    options: AgentToolOptions<ToolName, Parameters, Output | Others['output'], ToolOutput, Context>,
  ): AgentTool<
    ToolName,
    OutputOf<Parameters>,
    ToolOutput,
    Context,
    ToolsOfAny<Tools, Others>,
    Output | Others['output']
  >
  /**
   * A new agent with some options replaced, such as the model in a test. The context that the old tools and hooks need
   * stays required.
   */
  with<
    const NewTools extends readonly AnyTool[] = Tools,
    NewOutput = Output,
    Instructions = Context & ContextOf<NewTools>,
    Params = Context & ContextOf<NewTools>,
    Step = Context & ContextOf<NewTools>,
    Validate = Context & ContextOf<NewTools>,
    const NewName extends string = Name,
    const NewHandoffs extends readonly AnyHandoff[] = never,
    const Guardrails extends readonly AnyGuardrail[] = readonly [],
    const NewAround extends readonly AnyMiddleware[] = readonly AnyMiddleware[],
  >(
    overrides: Partial<
      AgentOptions<
        NewTools,
        NewOutput,
        Instructions,
        Params,
        Step,
        Validate,
        NewName,
        NewHandoffs,
        Guardrails,
        NewAround
      >
    >,
  ): Agent<
    NewOutput,
    NewTools,
    Context &
      ContextOf<NewTools> &
      Instructions &
      Params &
      Step &
      Validate &
      HandoffContext<NewHandoffs> &
      ContextOfGuardrails<Guardrails> &
      AroundContext<NewAround>,
    NewName,
    [NewHandoffs] extends [never] ? Others : ReachedBy<NewName, NewHandoffs>
  >
}

/** Any agent, for code that takes one as a parameter: it can be run and streamed. `Output` may stay `unknown`. */
// oxlint-disable-next-line typescript/no-explicit-any -- the context is contravariant: only `any` admits every agent
export type AnyAgent<Output = unknown> = Pick<
  Agent<Output, readonly AnyTool[], any>,
  'name' | 'tools' | 'run' | 'stream'
>

/**
 * Makes an agent. Declare the context where it is used: `{ context }: ToolContext<App>` in a tool or a hook. `run` then
 * requires the context of all tools and hooks. A hook that declares none gets the tools' context.
 * @throws UsageError for an unknown or invalid option, or two tools of one name
 */
export function agent<
  const Tools extends readonly AnyTool[] = readonly [],
  Output = string,
  // One type parameter for each hook: a single one would be inferred from the first hook alone.
  Instructions = ContextOf<Tools>,
  Params = ContextOf<Tools>,
  Step = ContextOf<Tools>,
  Validate = ContextOf<Tools>,
  const Name extends string = string,
  const Handoffs extends readonly AnyHandoff[] = readonly [],
  const Guardrails extends readonly AnyGuardrail[] = readonly [],
  const Around extends readonly AnyMiddleware[] = readonly AnyMiddleware[],
>(
  options: AgentOptions<Tools, Output, Instructions, Params, Step, Validate, Name, Handoffs, Guardrails, Around>,
): Agent<
  Output,
  Tools,
  ContextOf<Tools> &
    Instructions &
    Params &
    Step &
    Validate &
    HandoffContext<Handoffs> &
    ContextOfGuardrails<Guardrails> &
    AroundContext<Around>,
  Name,
  ReachedBy<Name, Handoffs>
> {
  checkAgentOptions(options)
  // Copies, so that later changes by the caller have no effect.
  const { guardrails, handoffs, limit, middleware, params, stopWhen, toolChoice, tools } = options
  const own = {
    ...options,
    ...(tools && { tools: Object.freeze([...tools]) as unknown as Tools }),
    ...(handoffs && { handoffs: Object.freeze([...handoffs]) }),
    ...(typeof params === 'object' && { params: frozenCopy(params) }),
    ...(toolChoice && { toolChoice: frozenCopy(toolChoice) }),
    ...(limit && { limit: frozenCopy(limit) }),
    ...(guardrails && { guardrails: Object.freeze([...guardrails]) as unknown as Guardrails }),
    ...(middleware && { middleware: Object.freeze([...middleware]) }),
    ...(Array.isArray(stopWhen) && { stopWhen: Object.freeze([...stopWhen]) }),
  }
  const spec = specOf(own as unknown as AgentOptions<readonly AnyTool[], unknown, unknown>)
  // `live` in tool/facts.ts adds the live values of these types to the events. The types of logged facts lack them.
  type Made = ReturnType<
    typeof agent<Tools, Output, Instructions, Params, Step, Validate, Name, Handoffs, Guardrails, Around>
  >
  type Events = ReturnType<Made['stream']>
  type Ended = Awaited<ReturnType<Made['run']>>
  const open = (
    input: Input | undefined,
    runOptions: object | undefined,
    desk: Desk | undefined,
    watched: boolean,
    mailbox?: Mailbox,
  ): (() => Promise<EventSource<RunEvent, Ended>>) => {
    const messages = messagesFrom(input) // copied at once: the caller may change them later
    // The output is that of the agent that holds the run at its end.
    return () =>
      openRun(spec, messages, { ...runOptions, desk, mailbox }, watched) as Promise<EventSource<RunEvent, Ended>>
  }
  const runAlone: Parameters<typeof agentTool>[3] = async (input, runOptions) =>
    outputOf(await drain(await open(input, runOptions, undefined, false)()))
  const made: Made = Object.freeze({
    name: spec.name as Name,
    tools: (own.tools ?? []) as Tools,
    run: async (input, ...[runOptions]) => drain(await open(input, runOptions, deskOf(runOptions, false), false)()),
    stream: (input, ...[runOptions]) => {
      const desk = deskOf(runOptions, true)
      const mailbox = new Mailbox()
      const stream: RunStream<RunEvent, unknown, Ended> = new OpenRunStream(
        open(input, runOptions, desk, true, mailbox),
        desk,
        mailbox,
      )
      return stream as unknown as Events
    },
    asTool: ((toolOptions: never) => agentTool(made, spec, toolOptions, runAlone)) as unknown as Made['asTool'],
    // The signature of `with` computes the new types from the overrides.
    with: ((overrides: object) => agent({ ...own, ...overrides } as never)) as Made['with'],
  } satisfies Made)
  return rememberRunnable(remember(made, spec), runnableAgent(spec))
}

/** The agents that are reached by these handoffs. */
type ReachedBy<Name extends string, Handoffs extends readonly AnyHandoff[]> = Settled<Name, ReachedOf<Handoffs[number]>>
type ReachedOf<One extends AnyHandoff> = One extends string
  ? Reached<One, unknown, readonly [], false>
  : One extends Handoff<infer Target, infer _Context>
    ? ReachedOf<Target>
    : One extends Agent<infer Output, infer Tools, infer _Context, infer Name, infer Others>
      ? Reached<Name, Output, Tools, true> | Others
      : never

/** The context that these middlewares need. */
type AroundContext<Around extends readonly AnyMiddleware[]> = [Around[number]] extends [never]
  ? unknown
  : Intersection<AroundNeeds<Around[number]>>
type AroundNeeds<One> = One extends { readonly model?: infer Model; readonly tool?: infer Around }
  ? PartNeeds<Model> | PartNeeds<Around> | ((context: unknown) => void)
  : never
type PartNeeds<Part> = Part extends (call: infer Call, next: never) => unknown
  ? Call extends { readonly context: infer Context }
    ? [Context] extends [never] // a part that declares none
      ? never
      : (context: Context) => void
    : never
  : never

/** The context that these handoffs and their agents need. */
type HandoffContext<Handoffs extends readonly AnyHandoff[]> = [Handoffs[number]] extends [never]
  ? unknown
  : Intersection<HandoffNeeds<Handoffs[number]>>
type HandoffNeeds<One extends AnyHandoff> = One extends string
  ? (context: unknown) => void
  : One extends Handoff<infer Target, infer Context>
    ? ((context: Context) => void) | HandoffNeeds<Target>
    : One extends Agent<infer _Output, infer _Tools, infer Context, infer _Name, infer _Others>
      ? (context: Context) => void
      : never

/** The context that satisfies all of these tools. */
export type ContextOf<Tools extends readonly AnyTool[]> = Intersection<
  Tools[number] extends infer One
    ? One extends Tool<string, infer _Args, unknown, infer Context>
      ? (context: Context) => void
      : never
    : never
>
/** The context that satisfies all of these guardrails. */
export type ContextOfGuardrails<Guardrails extends readonly AnyGuardrail[]> = Intersection<
  Guardrails[number] extends infer One
    ? One extends Guardrail<infer _On, infer Context>
      ? (context: Context) => void
      : never
    : never
>
type Intersection<Functions> = [Functions] extends [never]
  ? unknown
  : [Functions] extends [(context: infer Both) => void]
    ? Both
    : never
