// What a protocol of front ends adds to a chat.
import type { Decision, Fact, RunEvent } from '@toolloop/core'
import type { UserMessage } from '@toolloop/wire'
import type { ChatSession } from './session.ts'
import type { Growth } from './tape.ts'

/** Events of one run → chunks. */
export interface ChunkFold<Chunk> {
  push(events: readonly RunEvent[]): Chunk[]
  /** The chunks that end a run whose process died. */
  interrupted(): Chunk[]
  /** The chunks that close what is open where a run paused, and now goes on in another response. */
  paused?(): Chunk[]
}

/** What a fold may know of its run. */
export interface FoldedRun {
  readonly chatId: string
  readonly runId: string
  /** The body that started it, checked; absent where the run is read from its log. */
  readonly body?: unknown
}

export interface Protocol<Chunk> {
  readonly growth: Growth<Chunk>
  /** Headers beside those of an event stream. */
  readonly headers: Readonly<Record<string, string>>
  fold(run: FoldedRun): ChunkFold<Chunk>
  /** Does the stream end with an event of its own? */
  readonly done: boolean
  /** The id of the chat that a body names. */
  chatIn(body: unknown): string | undefined
  /** What a body asks for. @throws PostError for what the server never gave */
  read(body: unknown, chat: ReadChat): Promise<Posted>
  /** Does this chunk end the run, or pause it? */
  endOf(chunk: Chunk): 'end' | 'pause' | undefined
  /**
   * The chunk as one reader gets it, where it depends on the messages that this reader has: `body` is what the client
   * that started the run has posted, and absent for others.
   */
  shown?(chunk: Chunk, run: FoldedRun, chat: ReadChat): Chunk | Promise<Chunk>
  /** The chunks with which a response begins that continues a run. */
  continues(first: Chunk | undefined): readonly Chunk[]
}

/** What a protocol may know of a chat when it reads a body. */
export interface ReadChat {
  readonly session: ChatSession
  /** The facts of a turn. */
  factsOf(turn: number): Promise<readonly Fact[]>
  /** The id of the run that a message of this chat starts. `turn`: the turn of a run that replaces others. */
  runIdOf(messageId: string, turn?: number): Promise<string>
}

export interface PostedInput {
  readonly kind: 'input'
  readonly messages: readonly UserMessage[]
  readonly runId: string
  /** The first turn that it takes the place of. */
  readonly before?: number | undefined
}

/** What a front end asks for. */
export type Posted =
  /** A new turn. The same message twice is one run. */
  | PostedInput
  /** Decisions on requests of the last run, by request id. `next`: the turn after it. */
  | {
      readonly kind: 'decisions'
      readonly decisions: Readonly<Record<string, Decision>>
      readonly next?: PostedInput | undefined
    }
  /** The last run goes on. `whole`: the front end wants the whole message. */
  | { readonly kind: 'resume'; readonly whole: boolean }
  /** Nothing new. */
  | { readonly kind: 'nothing' }

/** An input that begins a turn: not one whose messages are all known. */
export const newOnly = (input: PostedInput | undefined): PostedInput | undefined =>
  input && input.messages.length > 0 ? input : undefined

/** What a run that has not come to an answer goes on from, when its answer is regenerated. */
export const resumable: ReadonlySet<string> = new Set(['interrupted', 'error', 'aborted', 'stopped', 'limit', 'budget'])
