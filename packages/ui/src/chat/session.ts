// What a chat needs of a session: `Session` of the store package has it.
import type { AnyAgent, ApprovalRequest, Decision, Fact, Input, RunEvent, RunLog, RunStream } from '@toolloop/core'
import type { AnyPipeline } from '@toolloop/pipeline'
import { type Message, sleep, systemClock, type UserMessage } from '@toolloop/wire'

export interface ChatTurn {
  readonly turn: number
  readonly runId: string
  readonly status: string
  readonly updatedAt: number
  readonly at: number
}

export interface ChatRunOptions {
  readonly context?: unknown
  readonly runId?: string
  /** The first turn that the run takes the place of. */
  readonly before?: number
  readonly decisions?: Readonly<Record<string, Decision>>
}

export interface ChatPipelineOptions extends ChatRunOptions {
  /** The input of the pipeline, from the conversation with the new messages at its end. */
  readonly inputOf?: (conversation: readonly Message[]) => never
}

/** A conversation of several runs, each in a log of its own. */
export interface ChatSession {
  readonly status: string
  readonly transcript: readonly Message[]
  readonly turns: readonly ChatTurn[]
  readonly requests: readonly ApprovalRequest[]
  load(): Promise<unknown>
  stream(agent: AnyAgent, input: Input | undefined, options: ChatRunOptions): RunStream<RunEvent, unknown, unknown>
  stream(
    pipeline: AnyPipeline,
    input: Input | undefined,
    options: ChatPipelineOptions,
  ): RunStream<RunEvent, unknown, unknown>
  log(turn?: number): RunLog
  follow(options?: { readonly turn?: number; readonly signal?: AbortSignal }): AsyncIterable<Fact>
}

/** Opens sessions: `memorySessions()`, `folderSessions(…)`, `sqliteSessions(…)` of the store package. */
export interface ChatSessions {
  open(id: string): Promise<ChatSession>
}

/** The user's messages that began a turn. `index`: its place in `turns`. */
export function userMessagesAt({ transcript, turns }: ChatSession, index: number): UserMessage[] {
  const own = transcript.slice(turns[index]?.at ?? 0, turns[index + 1]?.at)
  const end = own.findIndex(({ role }) => role !== 'user')
  return own.slice(0, end === -1 ? own.length : end).filter((one): one is UserMessage => one.role === 'user')
}

/** The id of the user's message of a turn, for a page that did not send it. */
export const userIdOf = (runId: string): string => `${runId}.user`

/** Was another run first? */
export function isTaken(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return code === 'session_busy' || code === 'session_exists'
}

/** The turn of this run, which another process may be about to write: its log is taken before its first fact is there. */
export async function turnOf(session: ChatSession, runId: string): Promise<ChatTurn | undefined> {
  for (let tries = 0; tries < 10; tries++) {
    if (tries > 0) await sleep(systemClock, 20)
    await session.load()
    const turn = session.turns.find((one) => one.runId === runId)
    if (turn || session.status === 'running') return turn
  }
  return undefined
}
