import type { AnyAgent, ApprovalRequest } from '@toolloop/core'
import type { AnyPipeline } from '@toolloop/pipeline'
import { aFunction, checkOptions, oneOf, type OptionCheck, type Message, UsageError, wholeNumber } from '@toolloop/wire'
import { isOrigin } from '../http/origin.ts'
import type { OnError } from '../http/report.ts'
import type { ChatSessions } from './session.ts'

/** What a function of yours may know of a request. */
export interface ChatRequest {
  readonly chatId: string
  /** For cookies and headers. Its body is read already. */
  readonly request: Request
}

/** What can answer in a chat. */
export type Answering = AnyAgent | AnyPipeline

export interface ChatOptions {
  /** The agent or the pipeline that answers, or a function that chooses it. */
  readonly agent: Answering | ((chat: ChatRequest) => Answering | Promise<Answering>)
  /**
   * Returns the input of a pipeline, which must be JSON. The last messages of the conversation are the user's new ones.
   * @default the text of the last message
   */
  readonly inputOf?: ((conversation: readonly Message[], chat: ChatRequest) => unknown) | undefined
  /** Where conversations are kept: `sqliteSessions(…)`, `folderSessions(…)`, `memorySessions()` of the store package. */
  readonly sessions: ChatSessions
  /** May this request use this chat? Ids of chats come from outside. `false`: 404, as for a chat that does not exist. */
  readonly access: (chat: ChatRequest) => boolean | Promise<boolean>
  /** May this request decide on this request for approval? Without it all decisions are refused with 403. */
  readonly authorize?: ((request: ApprovalRequest, chat: ChatRequest) => boolean | Promise<boolean>) | undefined
  /** The context of the agent's tools. */
  readonly context?: ((chat: ChatRequest) => unknown) | undefined
  /**
   * What happens to a run when the client that started it leaves. `continue`: it can come back and read on. `abort`: the
   * run ends. @default 'continue'
   */
  readonly onLeave?: 'continue' | 'abort' | undefined
  /** Milliseconds after its end for which a run is still replayed to a client that reconnects. @default 300_000 */
  readonly replayFor?: number | undefined
  /** The most bytes of a body. @default 1_000_000 */
  readonly maxBytes?: number | undefined
  /** The most parts of all messages in a body. @default 1_000 */
  readonly maxParts?: number | undefined
  /** Origins of other sites whose pages may use the handlers, such as `https://app.example`. @default none */
  readonly origins?: readonly string[] | undefined
  /**
   * Called with each error that is the server's fault: what a response with a status of 500 or more does not show, a log
   * that cannot be written or read, a function such as `toolOutput` that throws while the response streams. The failure of
   * a run is in its log. @default console.error
   */
  readonly onError?: OnError | undefined
  /** Milliseconds without a chunk after which a comment is sent. @default 1_000 */
  readonly keepAlive?: number | undefined
}

/** @throws UsageError for unknown options and invalid values */
export function checkChatOptions(who: string, options: ChatOptions, more: Readonly<Record<string, OptionCheck>>): void {
  checkOptions(who, options, { ...checks, ...more })
  if (typeof options.access !== 'function')
    throw new UsageError(
      `${who} needs \`access\`, a function that decides who may use a chat: ids of chats come from outside. For a demo: \`access: () => true\`.`,
    )
}

const anObject: OptionCheck = [(value) => typeof value === 'object' && value !== null, 'an object']

const checks: Readonly<Record<keyof ChatOptions, OptionCheck>> = {
  agent: [
    (value) => typeof value === 'function' || anObject[0](value),
    'an agent or a pipeline, or a function that returns one',
  ],
  inputOf: aFunction,
  sessions: [
    (value) => anObject[0](value) && 'open' in (value as object),
    'a store of sessions, such as `memorySessions()`',
  ],
  access: aFunction,
  authorize: aFunction,
  context: aFunction,
  onLeave: oneOf('continue', 'abort'),
  replayFor: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds of at least 0'],
  maxBytes: wholeNumber(1),
  maxParts: wholeNumber(1),
  origins: [
    (value) => Array.isArray(value) && value.every(isOrigin),
    'a list of origins as browsers send them, such as `https://app.example` (scheme, host, no path)',
  ],
  onError: aFunction,
  keepAlive: [(value) => typeof value === 'number' && value > 0, 'a positive number of milliseconds'],
}
