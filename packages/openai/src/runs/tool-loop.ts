// `runTools` on the agent's loop. The loop decides which calls run, how many at once, and when the run ends. This file
// sends the requests and adds the messages, both in the peer's form.
import { agent, type AnyTool } from '@toolloop/core'
import type { Completion, FunctionToolCall } from '@toolloop/wire'
import { OpenAIError } from '../errors/errors.ts'
import type { RequestOptions } from '../http/request-options.ts'
import type { ChatCompletionCreateParams, ChatCompletionMessageParam } from '../types/chat.ts'
import type { ParsedChatCompletion } from '../types/completion.ts'
import type { ChatCompletionRunnerContext, CompletionClient, RunnerOptions } from './completion-runner.ts'
import { isRunnable, type RunnableTool, runnableTools } from './runnable-tools.ts'

/** The runner that a loop drives. */
export interface LoopRunner extends ChatCompletionRunnerContext {
  readonly controller: AbortController
  addMessage(message: ChatCompletionMessageParam): void
  ask(
    client: CompletionClient,
    params: ChatCompletionCreateParams,
    options?: RequestOptions,
  ): Promise<ParsedChatCompletion<unknown>>
  throwIfAborted(): void
  abortWith(signal: AbortSignal | null | undefined): void
}

interface LoopParams {
  readonly messages: readonly ChatCompletionMessageParam[]
  readonly model: string
  readonly tools: readonly unknown[]
  readonly tool_choice?: unknown
  readonly parallel_tool_calls?: boolean | null
  readonly toolContext?: unknown
  readonly stream?: boolean | null
}

/** Runs to the end of the conversation. @throws what a request, a function or `afterCompletion` throws */
export async function runToolLoop(
  runner: LoopRunner,
  client: CompletionClient,
  params: LoopParams,
  options: RunnerOptions = {},
): Promise<void> {
  const { maxChatCompletions = 10, afterCompletion, ...request } = options
  runner.messages.push(...params.messages)
  runner.abortWith(request.signal)
  const loop = new ToolLoop(runner, client, params, request, afterCompletion)
  if (maxChatCompletions < 1) return
  const { name, tools, parallel } = loop
  const result = await agent({
    name: 'runTools',
    model: { name, create: () => loop.ask() },
    tools,
    parallel,
    maxSteps: Math.min(Math.ceil(maxChatCompletions), Number.MAX_SAFE_INTEGER),
    stopWhen: () => loop.isOver,
    stepRetries: 0,
    wire: 'plain',
    earlyDispatch: false,
  }).run('', { signal: runner.controller.signal })
  await loop.settle()
  runner.throwIfAborted()
  if (result.status === 'error') throw loop.failure ?? result.error
}

class ToolLoop {
  readonly name: string
  readonly tools: readonly AnyTool[]
  readonly parallel: boolean
  readonly #runner: LoopRunner
  readonly #client: CompletionClient
  readonly #params: LoopParams
  readonly #options: RequestOptions
  readonly #afterCompletion: RunnerOptions['afterCompletion']
  readonly #known: ReadonlyMap<string, RunnableTool>
  readonly #body: ChatCompletionCreateParams
  /** The function that `tool_choice` names: its first call ends the run. */
  readonly #single: string | undefined
  #completion: ParsedChatCompletion<unknown> | undefined
  /** The results of the last answer's calls, by their index in it. */
  #results: (string | undefined)[] = []
  #added = 0
  #answers = 0
  isOver = false
  failure: unknown

  constructor(
    runner: LoopRunner,
    client: CompletionClient,
    params: LoopParams,
    options: RequestOptions,
    afterCompletion: RunnerOptions['afterCompletion'],
  ) {
    this.#runner = runner
    this.#client = client
    this.#params = params
    this.#options = options
    this.#afterCompletion = afterCompletion
    const tools = runnableTools(params.tools)
    this.#known = new Map(tools.filter(isRunnable).map((tool) => [tool.name, tool]))
    const { tool_choice = 'auto', toolContext: _, stream: __, ...rest } = params
    this.#body = {
      ...rest,
      tool_choice,
      tools: tools.map((tool) => (isRunnable(tool) ? tool.definition : tool)),
    } as ChatCompletionCreateParams
    this.#single = (tool_choice as { function?: { name?: string } } | null)?.function?.name
    this.name = params.model
    this.parallel = this.#single === undefined && params.parallel_tool_calls !== false
    this.tools = [...this.#known.values()].map((tool) => this.#loopTool(tool))
  }

  /** Requests the next answer. Returns only what the loop needs: which functions it calls. */
  async ask(): Promise<Completion> {
    await this.settle()
    if (this.failure !== undefined) throw this.failure
    try {
      const messages = this.#runner.messages.map(requestMessage)
      const completion = await this.#runner.ask(this.#client, { ...this.#body, messages }, this.#options)
      if (!completion.choices[0]?.message) throw new OpenAIError('missing message in ChatCompletion response')
      this.#completion = completion
      this.#answers++
      this.#results = []
      this.#added = 0
      return this.#callsIn(completion)
    } catch (error) {
      this.failure = error
      throw error
    }
  }

  /** Adds the tool messages of the last answer's calls, in their order. @throws the first failure among them */
  async settle(): Promise<void> {
    const completion = this.#completion
    if (!completion) return
    this.#completion = undefined
    if (!this.#runner.controller.signal.aborted && this.failure !== undefined) throw this.failure
    this.#addResults(completion)
    this.#runner.throwIfAborted()
    try {
      await this.#afterCompletion?.(completion, this.#runner)
    } catch (error) {
      this.failure = error
      throw error
    }
    this.#runner.throwIfAborted()
  }

  /** Adds the tool messages that are not in the conversation yet. */
  #addResults(completion: ParsedChatCompletion<unknown>): void {
    const calls = completion.choices[0]?.message.tool_calls ?? []
    for (; this.#added < calls.length; this.#added++) {
      const call = calls[this.#added]!
      if (call.type !== 'function') continue
      const content = this.#known.has(call.function.name)
        ? this.#results[this.#added]
        : this.#unknown(call.function.name)
      if (content === undefined) {
        if (!this.parallel) return // not run: the run ended at an earlier call
        continue
      }
      this.#runner.addMessage({ role: 'tool', tool_call_id: call.id, content })
    }
  }

  #callsIn(completion: ParsedChatCompletion<unknown>): Completion {
    const { id, created, model, choices, usage } = completion
    const calls = choices[0]!.message.tool_calls ?? []
    const tool_calls = calls.flatMap((call, at) =>
      call.type === 'function' && this.#known.has(call.function.name)
        ? [
            {
              id: `${this.#answers}.${at}`,
              type: 'function' as const,
              function: { name: call.function.name, arguments: '{}' },
            },
          ]
        : [],
    )
    // After an answer whose calls are all unknown the loop continues; an answer without calls is the last.
    const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop'
    const goesOn = calls.length > 0 && tool_calls.length === 0
    return {
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [
        {
          index: 0,
          finish_reason,
          message: {
            role: 'assistant',
            content: calls.length > 0 ? null : 'done',
            ...(tool_calls.length > 0 && { tool_calls }),
            ...(goesOn && { tool_calls: [unknownCall(this.#answers)] }),
          },
        },
      ],
      ...(usage && { usage }),
    }
  }

  #loopTool(tool: RunnableTool): AnyTool {
    return {
      type: 'function',
      name: tool.name,
      description: undefined,
      definition: tool.definition,
      parse: async (text: string) => text,
      execute: (_: unknown, { call }: { readonly call: { readonly id: string } }) => this.#call(tool, placeOf(call.id)),
      parseOutput: undefined,
      policy: { effects: 'unsafe', loopKey: false },
    } as AnyTool
  }

  /** Never throws: the other calls run to their end, then the first failure ends the run. */
  async #call(tool: RunnableTool, at: number): Promise<string> {
    const completion = this.#completion
    const call = completion?.choices[0]?.message.tool_calls?.[at]
    if (!completion || call?.type !== 'function') return ''
    if (!this.parallel && (this.isOver || this.failure !== undefined)) return ''
    try {
      this.#results[at] = await this.#content(tool, call.function.arguments)
    } catch (error) {
      this.failure ??= error
    }
    if (!this.parallel && this.failure === undefined) this.#addResults(completion)
    return ''
  }

  async #content(tool: RunnableTool, text: string): Promise<string> {
    if (this.#single !== undefined && this.#single !== tool.name)
      return `Invalid tool_call: ${JSON.stringify(tool.name)}. ${JSON.stringify(this.#single)} requested. Please try again`
    let args: unknown = text
    if (tool.parse) {
      try {
        args = await tool.parse(text)
      } catch (error) {
        this.#runner.throwIfAborted()
        return error instanceof Error ? error.message : String(error)
      }
    }
    this.#runner.throwIfAborted()
    const result = await tool.call(args, this.#runner, this.#params.toolContext)
    if (this.#single !== undefined) this.isOver = true
    return typeof result === 'string' ? result : result === undefined ? 'undefined' : JSON.stringify(result)
  }

  #unknown(name: string): string {
    const names = [...this.#known.keys()].map((known) => JSON.stringify(known)).join(', ')
    return `Invalid tool_call: ${JSON.stringify(name)}. Available options are: ${names}. Please try again`
  }
}

/** A call that makes the loop continue. The loop's answer to it is not sent. */
const unknownCall = (answer: number): FunctionToolCall => ({
  id: `${answer}.`,
  type: 'function',
  function: { name: 'unknown', arguments: '{}' },
})

/** The loop's call ids hold the answer's number and the call's index in it. */
const placeOf = (id: string): number => Number(id.slice(id.indexOf('.') + 1) || Number.NaN)

/** Keeps only the fields that a request may hold; parsed values are dropped. */
function requestMessage(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if (message.role !== 'assistant') return message
  const { audio, content, function_call, name, refusal, tool_calls } = message
  return {
    role: 'assistant',
    ...(audio && { audio: { id: audio.id } }),
    ...(content !== undefined && { content }),
    ...(function_call && { function_call }),
    ...(name !== undefined && { name }),
    ...(refusal && { refusal }),
    ...(tool_calls && {
      tool_calls: tool_calls.map((call) =>
        call.type === 'custom'
          ? { id: call.id, type: call.type, custom: { input: call.custom.input, name: call.custom.name } }
          : {
              id: call.id,
              type: call.type,
              function: { arguments: call.function.arguments, name: call.function.name },
            },
      ),
    }),
  }
}
