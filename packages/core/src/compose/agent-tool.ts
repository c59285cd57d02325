// An agent as a tool of another agent.
import { type OutputOf, type StandardSchema, tool, type Tool } from '@toolloop/schema'
import { aFunction, aText, checkOptions, oneOf, type OptionCheck, UsageError } from '@toolloop/wire'
import type { Input } from '../agent/input.ts'
import type { AgentSpec, AnyTool } from '../agent/spec.ts'

/** The arguments of an agent tool without `parameters`. */
export interface AgentToolInput {
  /** The task, as the calling model words it. */
  readonly input: string
}

/** The options of `agent.asTool`. */
export interface AgentToolOptions<
  Name extends string,
  Parameters extends StandardSchema,
  AgentOutput,
  Output,
  Context = unknown,
> {
  /** `[a-zA-Z0-9_-]{1,64}`, unique among the calling agent's tools. */
  readonly name: Name
  /** What the agent does and when to call it: the calling model reads this. */
  readonly description: string
  /** The arguments that the calling model writes. @default { input: string } */
  readonly parameters?: Parameters | undefined
  /** The agent's input, made of the arguments. @default `input` where it is the only argument, else the arguments as JSON */
  readonly input?:
    | ((args: OutputOf<Parameters>, options: { readonly context: Context }) => Input | Promise<Input>)
    | undefined
  /** What the calling model reads, made of the agent's output. @default the output */
  readonly output?:
    | ((output: AgentOutput, options: { readonly context: Context }) => Output | Promise<Output>)
    | undefined
  /**
   * On a durable engine each call is a workflow of its own, which any worker may run; elsewhere it changes nothing. It uses a
   * share of the budgets around it. @default false
   */
  readonly distribute?: boolean | undefined
}

/** A tool that runs an agent. */
export interface AgentTool<
  Name extends string,
  Args,
  Output,
  Context,
  Tools extends readonly AnyTool[] = readonly AnyTool[],
  AgentOutput = unknown,
> extends Tool<Name, Args, Output, Context> {
  /** `output` carries the type of the agent's output for the events of the calling run; it is never set. */
  readonly agent: { readonly name: string; readonly tools: Tools; readonly output?: AgentOutput }
}

/** What a call of an agent tool needs. */
export interface AgentCall {
  readonly spec: AgentSpec
  readonly input: (args: unknown, context: unknown) => Input | Promise<Input>
  readonly output: (output: unknown, context: unknown) => unknown
  /** Where there is an engine, the agent runs elsewhere. */
  readonly distribute: boolean
}

const agentCalls = new WeakMap<object, AgentCall>()

/** The agent behind a tool; `undefined` for an ordinary tool. */
export const agentBehind = (one: AnyTool): AgentCall | undefined => agentCalls.get(one)

type AnyOptions = AgentToolOptions<string, StandardSchema, unknown, unknown>

/** `run` runs the agent by itself: for callers that know no agents, such as a server of tools. */
export function agentTool(
  agent: { readonly name: string; readonly tools: readonly AnyTool[] },
  spec: AgentSpec,
  options: AnyOptions,
  run: (input: Input, options: { readonly context: unknown; readonly signal: AbortSignal }) => Promise<unknown>,
): Tool {
  checkOptions(`asTool of agent \`${agent.name}\``, options, checks)
  const { name, description, parameters = taskSchema, distribute = false } = options
  const { input = inputOf, output = (value: unknown) => value } = options
  if (typeof name !== 'string' || typeof description !== 'string')
    throw new UsageError(
      `asTool of agent \`${agent.name}\` needs a \`name\` and a \`description\`: the calling model reads both.`,
    )
  const call: AgentCall = {
    spec,
    input: (args, context) => input(args, { context }),
    output: (value, context) => output(value, { context }),
    distribute,
  }
  const made = tool({
    name,
    description,
    parameters,
    effects: effectsOf(spec),
    onInterrupted: 'rerun', // it goes on from the facts of its own run
    execute: async (args, { context, signal }) =>
      call.output(await run(await call.input(args, context), { context, signal }), context),
  })
  const withAgent = Object.freeze({ ...made, agent })
  agentCalls.set(withAgent, call)
  return withAgent
}

const checks: Readonly<Record<string, OptionCheck>> = {
  name: aText,
  description: aText,
  parameters: [() => true, ''], // `tool` validates it
  input: aFunction,
  output: aFunction,
  distribute: oneOf(true, false),
}

/**
 * The strongest effects of the agent's tools: only an agent whose tools may all start early starts early itself. Tools that
 * `prepareStep` adds are not known before.
 */
function effectsOf({ tools, prepareStep }: AgentSpec): 'none' | 'idempotent' | 'unsafe' {
  if (prepareStep) return 'unsafe'
  const all = [...tools.values()].map((one) => one.policy.effects)
  return all.includes('unsafe') ? 'unsafe' : all.includes('idempotent') ? 'idempotent' : 'none'
}

function inputOf(args: unknown): Input {
  const { input, ...rest } = (args ?? {}) as Record<string, unknown>
  return typeof input === 'string' && Object.keys(rest).length === 0 ? input : JSON.stringify(args)
}

/** `{ input: string }`. Written by hand: this package runs without a schema library. */
const taskSchema: StandardSchema<AgentToolInput> = {
  '~standard': {
    version: 1,
    vendor: 'toolloop',
    validate: (value) => {
      const { input } = (value ?? {}) as { readonly input?: unknown }
      return typeof input === 'string'
        ? { value: { input } }
        : {
            issues: [
              {
                path: ['input'],
                message: `expected a text, received ${input === undefined ? 'nothing' : typeof input}`,
              },
            ],
          }
    },
    jsonSchema: {
      input: () => ({
        type: 'object',
        properties: { input: { type: 'string', description: 'The task, with everything that is needed to do it.' } },
        required: ['input'],
        additionalProperties: false,
      }),
    },
  },
}
