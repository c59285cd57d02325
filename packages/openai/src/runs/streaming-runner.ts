// `runTools` with every answer streamed.
import type { RequestOptions } from '../http/request-options.ts'
import { Stream } from '../http/stream.ts'
import type { ChatCompletionCreateParams } from '../types/chat.ts'
import type { ChatCompletionChunk, ParsedChatCompletion } from '../types/completion.ts'
import { ChatCompletionStream } from './chat-completion-stream.ts'
import type { CompletionClient, RunnerOptions } from './completion-runner.ts'
import { messageChunk } from './message-chunks.ts'
import type {
  BaseFunctionsArgs,
  ChatCompletionStreamingToolRunnerParamsWithContext,
  ChatCompletionStreamingToolRunnerParamsWithoutContext,
} from './runnable-tools.ts'
import { runToolLoop } from './tool-loop.ts'

export class ChatCompletionStreamingRunner<ParsedT = null> extends ChatCompletionStream<ParsedT> {
  static runTools<ParsedT>(
    client: CompletionClient,
    params:
      | ChatCompletionStreamingToolRunnerParamsWithoutContext<BaseFunctionsArgs>
      | ChatCompletionStreamingToolRunnerParamsWithContext<BaseFunctionsArgs, unknown>,
    options?: RunnerOptions,
  ): ChatCompletionStreamingRunner<ParsedT> {
    const runner = new ChatCompletionStreamingRunner<ParsedT>(null)
    runner.start(() => runToolLoop(runner, client, params, options))
    return runner
  }

  /** A run from the chunks and tool messages that `toReadableStream` wrote. */
  static override fromReadableStream(readable: ReadableStream): ChatCompletionStreamingRunner {
    const runner = new ChatCompletionStreamingRunner(null)
    runner.start(() => runner.replay(readable))
    return runner
  }

  /** The chunks and the tool messages as lines of JSON. */
  override toReadableStream(): ReadableStream {
    const chunks = this.buffered<ChatCompletionChunk>(
      (push) => {
        let last: ChatCompletionChunk | undefined
        let ids: string[] | undefined
        const onChunk = (chunk: ChatCompletionChunk): void => push((last = chunk))
        const onMessage: Parameters<typeof this.on<'message'>>[1] = (message) => {
          if (message.role === 'assistant') ids = message.tool_calls?.map(({ id }) => id)
          if (message.role !== 'tool' || !last) return
          push(messageChunk(last, message, ids))
          ids = undefined
        }
        this.on('chunk', onChunk).on('message', onMessage)
        return () => void this.off('chunk', onChunk).off('message', onMessage)
      },
      { onReturn: () => this.abort() },
    )
    return new Stream(() => chunks, this.controller).toReadableStream()
  }

  /** @internal A cut answer throws before its calls run. */
  override ask(
    client: CompletionClient,
    params: ChatCompletionCreateParams,
    options?: RequestOptions,
  ): Promise<ParsedChatCompletion<ParsedT>> {
    return super.ask(client, params, options, true)
  }
}
