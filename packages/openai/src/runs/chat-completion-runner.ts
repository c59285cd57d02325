// `runTools` without streaming.
import { OpenAIError } from '../errors/errors.ts'
import { readCompletion } from '../answers/reading.ts'
import type { RequestOptions } from '../http/request-options.ts'
import type { ChatCompletionCreateParams, ChatCompletionMessageParam } from '../types/chat.ts'
import type { ChatCompletion, ParsedChatCompletion } from '../types/completion.ts'
import {
  AbstractChatCompletionRunner,
  type AbstractChatCompletionRunnerEvents,
  type CompletionClient,
  type RunnerOptions,
} from './completion-runner.ts'
import type {
  BaseFunctionsArgs,
  ChatCompletionToolRunnerParamsWithContext,
  ChatCompletionToolRunnerParamsWithoutContext,
} from './runnable-tools.ts'
import { runToolLoop } from './tool-loop.ts'

export interface ChatCompletionRunnerEvents extends AbstractChatCompletionRunnerEvents {
  content: (content: string) => void
}

/** Sends requests and calls the functions that the answers name, until an answer calls none. */
export class ChatCompletionRunner<ParsedT = null> extends AbstractChatCompletionRunner<
  ChatCompletionRunnerEvents,
  ParsedT
> {
  static runTools<ParsedT>(
    client: CompletionClient,
    params:
      | ChatCompletionToolRunnerParamsWithoutContext<BaseFunctionsArgs>
      | ChatCompletionToolRunnerParamsWithContext<BaseFunctionsArgs, unknown>,
    options?: RunnerOptions,
  ): ChatCompletionRunner<ParsedT> {
    const runner = new ChatCompletionRunner<ParsedT>()
    runner.start(() => runToolLoop(runner, client, params, options))
    return runner
  }

  /** @internal */
  override addMessage(message: ChatCompletionMessageParam): void {
    super.addMessage(message)
    if (message.role === 'assistant' && message.content) this.emit('content', message.content as string)
  }

  /** @internal */
  override async ask(
    client: CompletionClient,
    params: ChatCompletionCreateParams,
    options: RequestOptions = {},
  ): Promise<ParsedChatCompletion<ParsedT>> {
    if ((params.n ?? 1) > 1)
      throw new OpenAIError('`runTools` goes on from one choice, `n: 1`; send requests for several with `create`')
    const completion = await client.chat.completions.create({ ...params, stream: false } as never, {
      ...options,
      signal: this.controller.signal,
    })
    this.connected()
    return this.addChatCompletion(await readCompletion<ParsedT>(completion as ChatCompletion, params))
  }
}
