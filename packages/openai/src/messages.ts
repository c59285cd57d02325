// `client.chat.completions.messages`.
import type { Connection } from './http/connection.ts'
import { queryAndOptions } from './http/list-query.ts'
import { type CursorPage, pagesOf, type PagePromise } from './http/pages.ts'
import { type RequestOptions, wholeOptions } from './http/request-options.ts'
import type { MessageListParams } from './types/chat.ts'
import type { ChatCompletionStoreMessage } from './types/completion.ts'

/** The messages of a stored completion. */
export class Messages {
  readonly #connection: Connection

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  list(
    completionID: string,
    query?: MessageListParams | RequestOptions | null,
    options?: RequestOptions,
  ): PagePromise<CursorPage<ChatCompletionStoreMessage>, ChatCompletionStoreMessage> {
    const [params, own] = queryAndOptions(query, options, ['after', 'limit', 'order'])
    return pagesOf<ChatCompletionStoreMessage>(() =>
      this.#connection.client().chat.completions.messages.list(completionID, params, wholeOptions(own)),
    )
  }
}
