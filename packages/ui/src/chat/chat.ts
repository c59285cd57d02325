// Handlers of a chat: web-standard requests in, responses out. The history is the server's: a front end adds to it.
import { errorResponse, statusOf, toResponse } from '@toolloop/client'
import type { Fact } from '@toolloop/core'
import { UsageError } from '@toolloop/wire'
import { readJson } from '../http/body.ts'
import type { FormatError } from '../http/error-text.ts'
import { checkOrigin, corsHeaders, preflight } from '../http/origin.ts'
import { PostError } from '../http/post-error.ts'
import { report } from '../http/report.ts'
import { checkDecisions } from './decisions.ts'
import { FollowedRuns } from './followed-runs.ts'
import { LiveRun } from './live-run.ts'
import type { Answering, ChatOptions, ChatRequest } from './options.ts'
import type { FoldedRun, Posted, Protocol } from './protocol.ts'
import { readChat } from './read-chat.ts'
import { routeOf, unknownChat, unserved } from './route.ts'
import type { ChatSession, ChatTurn } from './session.ts'
import { Reading } from './reading.ts'
import type { Tape } from './tape.ts'

/** The handlers of one protocol. Each returns a response for every request; none throws. */
export interface ChatHandlers {
  /**
   * Routes by method and the end of the path: `POST …` or `POST …/{chatId}`, `GET …/{chatId}/stream`,
   * `DELETE …/{chatId}/stream`. `path` of the options is where the handlers are mounted.
   */
  readonly fetch: (request: Request) => Promise<Response>
  /** Starts or continues a run, and streams it. `chatId`: from the path; else the body names it. */
  readonly post: (request: Request, chatId?: string) => Promise<Response>
  /** Streams the last run from its beginning, or behind `Last-Event-ID`; 204 where there is none. Never starts a run. */
  readonly stream: (request: Request, chatId: string) => Promise<Response>
  /** Aborts the running run. */
  readonly stop: (request: Request, chatId: string) => Promise<Response>
  /**
   * Resumes a run whose process died, for instance when the server starts. Resolves to `false` when there is none.
   * Nobody needs to read it.
   */
  readonly resume: (chat: ChatRequest) => Promise<boolean>
}

export interface ChatHandlerOptions extends ChatOptions {
  readonly path?: string | undefined
  readonly formatError?: FormatError | undefined
}

export class Chat<Chunk extends { readonly type: string }> implements ChatHandlers {
  readonly #protocol: Protocol<Chunk>
  readonly #options: ChatHandlerOptions
  readonly #live = new Map<string, LiveRun<Chunk>>()
  readonly #followed: FollowedRuns<Chunk>
  /** Posts of one chat are read one after the other, so that the same message twice is one run. */
  readonly #posts = new Map<string, Promise<unknown>>()

  constructor(protocol: Protocol<Chunk>, options: ChatHandlerOptions) {
    this.#protocol = protocol
    this.#followed = new FollowedRuns(protocol)
    this.#options = options
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const { method, url } = request
    if (method === 'OPTIONS') return preflight(request, this.#options.origins ?? [])
    const { path = '/api/chat' } = this.#options
    const { pathname } = new URL(url)
    const route = routeOf(pathname, path)
    if (!route) return this.#respond(request, () => Promise.reject(unserved(pathname, path)))
    const { chatId, isStream } = route
    if (method === 'POST' && !isStream) return this.post(request, chatId)
    if (chatId !== undefined && isStream && method === 'GET') return this.stream(request, chatId)
    if (chatId !== undefined && isStream && method === 'DELETE') return this.stop(request, chatId)
    const headers = { allow: isStream ? 'GET, DELETE' : 'POST' }
    return this.#respond(request, async () => new Response(null, { status: 405, headers }))
  }

  readonly post = (request: Request, chatId?: string): Promise<Response> =>
    this.#respond(request, async () => {
      const body = await readJson(request, this.#options.maxBytes ?? 1_000_000)
      const named = this.#protocol.chatIn(body)
      if (chatId !== undefined && named !== undefined && named !== chatId)
        throw new PostError('post_malformed', 'The path and the body name different chats.')
      const chat = { chatId: chatId ?? named ?? '', request }
      const session = await this.#open(chat)
      return this.#inOrder(chat.chatId, () => this.#posted(chat, session, body))
    })

  readonly stream = (request: Request, chatId: string): Promise<Response> =>
    this.#respond(request, async () => {
      const session = await this.#open({ chatId, request })
      const from = request.headers.get('last-event-id') ?? ''
      const live = this.#live.get(chatId)
      if (live) return this.#send(live.tape, { run: { chatId, runId: live.runId }, session }, from)
      const turn = session.turns.at(-1)
      if (!turn || !this.#isReplayed(turn, from)) return new Response(null, { status: 204 })
      return this.#replay({ chatId, request }, session, turn, from)
    })

  readonly stop = (request: Request, chatId: string): Promise<Response> =>
    this.#respond(request, async () => {
      const session = await this.#open({ chatId, request })
      // A post that came before may be about to start its run.
      if (!this.#live.has(chatId)) await this.#posts.get(chatId)
      const live = this.#live.get(chatId)
      live?.abort()
      await live?.ended
      if (!live && session.status === 'running')
        throw new PostError('post_elsewhere', 'Another process runs this chat, and only that one can stop it.')
      return new Response(null, { status: 204 })
    })

  readonly resume = async (chat: ChatRequest): Promise<boolean> => {
    const session = await this.#options.sessions.open(chat.chatId)
    if (session.status !== 'interrupted') return false
    await this.#start(chat, session, { kind: 'resume', whole: true })
    return true
  }

  /** Every response leaves here: errors as statuses, the headers of opened origins. */
  async #respond(request: Request, answer: () => Promise<Response>): Promise<Response> {
    const { origins = [] } = this.#options
    let response: Response
    try {
      checkOrigin(request, origins)
      response = await answer()
    } catch (error) {
      response = this.#failed(error, request)
    }
    for (const [name, value] of Object.entries(corsHeaders(request, origins))) response.headers.set(name, value)
    return response
  }

  #failed(error: unknown, request: Request): Response {
    if (error instanceof PostError)
      return errorResponse(error, {
        errorStatus: () => error.status,
        formatError: () => error.toJSON() as { message: string },
      })
    // What a client may get wrong is a `PostError`: a `UsageError` is a mistake in the server's program.
    const status = error instanceof UsageError ? 500 : statusOf(error)
    if (status >= 500) report(error, request, this.#options.onError)
    const { formatError } = this.#options
    return errorResponse(error, { errorStatus: () => status, ...(formatError && { formatError }) })
  }

  async #open(chat: ChatRequest): Promise<ChatSession> {
    const { access, sessions } = this.#options
    const { chatId } = chat
    // The id is only a key of the store; a bound, so that it is no burden of logs.
    const isId = chatId !== '' && chatId.length <= 200 && chatId.isWellFormed()
    if (!isId || !(await access(chat))) throw unknownChat()
    try {
      return await sessions.open(chatId)
    } catch (error) {
      throw error instanceof UsageError ? unknownChat() : error // an id that is too long for the store
    }
  }

  /** A run that this process does not run, from its log; live where another process runs it. */
  async #replay({ chatId, request }: ChatRequest, session: ChatSession, turn: ChatTurn, from = ''): Promise<Response> {
    const run = { chatId, runId: turn.runId }
    const { tape, leave } = await this.#followed.open(run, session, turn, this.#reporter(request))
    request.signal.addEventListener('abort', leave)
    if (request.signal.aborted) leave()
    return this.#send(tape, { run, session }, from, [], leave)
  }

  #reporter(request: Request): (error: unknown) => void {
    return (error) => report(error, request, this.#options.onError)
  }

  /** Runs `task` behind the posts of the chat that came before. */
  async #inOrder<Value>(chatId: string, task: () => Promise<Value>): Promise<Value> {
    const before = this.#posts.get(chatId)
    const own = (before ?? Promise.resolve()).then(task, task)
    const settled = own.catch(() => {})
    this.#posts.set(chatId, settled)
    void settled.then(() => this.#posts.get(chatId) === settled && this.#posts.delete(chatId))
    return own
  }

  async #posted(chat: ChatRequest, session: ChatSession, body: unknown): Promise<Response> {
    await session.load()
    const posted = await this.#protocol.read(body, readChat(chat.chatId, session))
    const known = posted.kind === 'input' ? session.turns.find(({ runId }) => runId === posted.runId) : undefined
    const live = this.#live.get(chat.chatId)
    // The same message again, or nothing new: the front end gets what is there.
    if (live && (posted.kind === 'nothing' || (known && live.runId === known.runId)))
      return this.#send(live.tape, { run: { chatId: chat.chatId, runId: live.runId, body }, session })
    if (known) return this.#replay(chat, session, known)
    if (posted.kind === 'nothing')
      throw new PostError('post_nothing', 'There is no new message and no new decision in the request.')
    if (posted.kind === 'decisions') await checkDecisions(this.#options.authorize, chat, session, posted.decisions)
    if (posted.kind === 'decisions' && posted.next) {
      await this.#ended(chat, await this.#start(chat, session, posted, body))
      const next = await this.#start(chat, session, posted.next, body)
      return this.#sendOwn(next, { run: next.run, session })
    }
    const started = await this.#start(chat, session, posted, body)
    const isWhole = posted.kind === 'input' || (posted.kind === 'resume' && posted.whole)
    const first = started.tape.entries[0]?.chunk
    const lead = isWhole ? [] : this.#protocol.continues(first)
    return this.#sendOwn(started, { run: started.run, session }, isWhole ? '' : started.from, lead)
  }

  /** Waits for a run that nobody reads. @throws PostError when it is stopped: nothing is to follow it */
  async #ended({ request }: ChatRequest, run: LiveRun<Chunk>): Promise<void> {
    const leave = (): void => run.abort()
    if (this.#options.onLeave === 'abort') request.signal.addEventListener('abort', leave)
    if (this.#options.onLeave === 'abort' && request.signal.aborted) leave()
    await run.ended
    request.signal.removeEventListener('abort', leave)
    if (run.isStopped) throw new PostError('post_stopped', 'The run was stopped before the new message was taken.')
  }

  /** Starts or resumes the run, which then goes on by itself. @throws what prevented it, before anything ran */
  async #start(
    chat: ChatRequest,
    session: ChatSession,
    posted: Exclude<Posted, { kind: 'nothing' }>,
    body?: unknown,
  ): Promise<LiveRun<Chunk>> {
    const { agent, context, inputOf } = this.#options
    const chosen: Answering = typeof agent === 'function' ? await agent(chat) : agent
    const isNew = posted.kind === 'input'
    const turn = isNew ? undefined : session.turns.at(-1)
    const past: readonly Fact[] = turn ? await session.log(turn.turn).load() : []
    const input = isNew ? [...posted.messages] : undefined
    const options = {
      ...(context && { context: context(chat) }),
      ...(isNew && { runId: posted.runId, ...(posted.before !== undefined && { before: posted.before }) }),
      ...(posted.kind === 'decisions' && { decisions: posted.decisions }),
    }
    const stream =
      'tools' in chosen
        ? session.stream(chosen, input, options)
        : session.stream(chosen, input, {
            ...options,
            // The pipeline's own type of it is not known here.
            ...(inputOf && { inputOf: (conversation) => inputOf(conversation, chat) as never }),
          })
    await stream.started
    const runId = isNew ? posted.runId : (turn?.runId ?? '')
    const run = { chatId: chat.chatId, runId, body }
    const live = new LiveRun(this.#protocol, run, stream, past, this.#reporter(chat.request))
    this.#live.set(chat.chatId, live)
    void live.ended.then(() => this.#live.get(chat.chatId) === live && this.#live.delete(chat.chatId))
    return live
  }

  #isReplayed(turn: ChatTurn, from: string): boolean {
    if (turn.status === 'running' || turn.status === 'interrupted') return true
    // A client that has the end, or waits behind the same pause.
    if (from === `end:${turn.runId}` || (from === `pause:${turn.runId}` && turn.status === 'approval')) return false
    if (from !== '') return true
    return Date.now() - turn.updatedAt < (this.#options.replayFor ?? 300_000)
  }

  /** To the client that started the run. */
  #sendOwn(live: LiveRun<Chunk>, reader: Reader, from?: string, lead?: readonly Chunk[]): Response {
    const isLeft = this.#options.onLeave === 'abort'
    return this.#send(live.tape, reader, from, lead, (isEarly) => isLeft && isEarly && live.abort())
  }

  #send(
    tape: Tape<Chunk>,
    reader: Reader,
    from = '',
    lead: readonly Chunk[] = [],
    closed?: (isEarly: boolean) => void,
  ): Response {
    const { keepAlive } = this.#options
    const { run } = reader
    const read = readChat(run.chatId, reader.session)
    const shown = this.#protocol.shown && ((chunk: Chunk) => this.#protocol.shown!(chunk, run, read))
    return toResponse(new Reading(tape.read(from), lead, shown, closed), {
      id: ({ chunk, id }) => {
        const end = this.#protocol.endOf(chunk)
        return end === undefined ? id : `${end}:${run.runId}`
      },
      redact: ({ chunk }) => chunk,
      retry: 1_000,
      done: this.#protocol.done,
      headers: { ...this.#protocol.headers },
      ...(keepAlive !== undefined && { keepAlive }),
    })
  }
}

/** Who reads a run. */
interface Reader {
  readonly run: FoldedRun
  readonly session: ChatSession
}
