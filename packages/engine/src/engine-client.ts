// The client of every engine, over its link.
import { randomUUID } from 'node:crypto'
import type { Fact } from '@toolloop/core'
import { jsonCopy, messagesFrom, runnableBehind } from '@toolloop/core/machine'
import { showOption, UsageError } from '@toolloop/wire'
import type { ClientRunnable, EngineClient, EngineRunOptions, EngineStream, ResultFor, RunStatus } from './client.ts'
import type { Command } from './command.ts'
import { EngineError, refusalOf, unknownRun } from './errors.ts'
import { followRun } from './follow-run.ts'
import type { EngineLink, RunPage } from './link.ts'
import { checkDecisions, openRequests } from './requests.ts'

/** Makes the client of an engine. */
export function engineClient(link: EngineLink): EngineClient {
  /** Starts that the engine has not acknowledged yet: calls about these runs wait for them. */
  const starting = new Map<string, Promise<void>>()
  const begin = async (runnable: ClientRunnable, input: unknown, runId: string, options: EngineRunOptions) => {
    const begun = start(link, runnable, input, runId, options)
    starting.set(runId, begun)
    try {
      await begun
    } finally {
      if (starting.get(runId) === begun) starting.delete(runId)
    }
  }
  const pageOf = async (runId: string): Promise<RunPage> => {
    checkId(runId)
    await starting.get(runId)?.catch(() => {})
    const page = await link.read(runId, 0)
    if (!page) throw unknownRun(runId)
    return page
  }
  const send = async (runId: string, command: Command): Promise<void> => {
    const { status } = await pageOf(runId)
    if (status === 'ended' || status === 'failed') throw ended(runId)
    const rejection = await link.send(runId, command)
    if (rejection) throw refusalOf(rejection)
  }
  const settled = async <One extends ClientRunnable>(
    runnable: One,
    runId: string,
    signal: AbortSignal | undefined,
  ): Promise<ResultFor<One>> => {
    checkId(runId)
    const facts: Fact[] = []
    for (;;) {
      signal?.throwIfAborted()
      const page = await link.read(runId, facts.length, { wait: 'end', signal })
      if (!page) throw unknownRun(runId)
      checkAgent(runnable, runId, page)
      facts.push(...page.facts)
      if (page.status === 'failed') throw failed(runId, page, facts.length > 0)
      if (page.status !== 'running') return (await runnableBehind(runnable).resultOf(facts)) as ResultFor<One>
    }
  }
  const follow = <One extends ClientRunnable>(
    runnable: One,
    runId: string,
    open: () => Promise<void>,
    signal: AbortSignal | undefined,
  ): EngineStream<ResultFor<One>> => {
    let begun: Promise<void> | undefined
    let result: Promise<ResultFor<One>> | undefined
    const beginOnce = (): Promise<void> => (begun ??= open())
    return {
      runId,
      get result() {
        return (result ??= beginOnce().then(() => settled(runnable, runId, signal)))
      },
      async *[Symbol.asyncIterator]() {
        await beginOnce()
        let hasFacts = false
        for await (const item of followRun(link, runId, signal))
          if ('seq' in item || !('page' in item)) yield item
          else {
            hasFacts ||= item.page.facts.length > 0
            checkAgent(runnable, runId, item.page)
            if (item.page.status === 'failed') throw failed(runId, item.page, hasFacts)
          }
      },
    }
  }

  return {
    run: (runnable, input, { runId = randomUUID(), ...options } = {}) =>
      begin(runnable, input, runId, options).then(() => settled(runnable, runId, options.signal)),
    stream: (runnable, input, { runId = randomUUID(), ...options } = {}) =>
      follow(runnable, runId, () => begin(runnable, input, runId, options), options.signal),
    attach: (runnable, runId, { signal } = {}) => follow(runnable, runId, async () => checkId(runId), signal),
    result: (runnable, runId, { signal } = {}) => settled(runnable, runId, signal),
    status: async (runId) => {
      const { agent, status, facts, error } = await pageOf(runId)
      const whole: RunStatus = { runId, agent, status, facts: facts.length, requests: openRequests(facts) }
      return error ? { ...whole, error } : whole
    },
    decide: async (runId, decisions) => {
      const own = jsonCopy(decisions, 'decisions') as typeof decisions
      if (Object.keys(own).length === 0) throw new UsageError('`decide` needs at least one decision, by request id.')
      checkDecisions((await pageOf(runId)).facts, own)
      await send(runId, { type: 'decide', decisions: own })
    },
    steer: (runId, message) => send(runId, { type: 'steer', message: userMessage(message) }),
    followUp: (runId, message) => send(runId, { type: 'followUp', message: userMessage(message) }),
    abort: (runId, reason = 'The client aborted the run.') => send(runId, { type: 'abort', reason }),
    close: () => link.close(),
  }
}

async function start(
  link: EngineLink,
  runnable: ClientRunnable,
  input: unknown,
  runId: string,
  { context, budget, signal }: EngineRunOptions,
): Promise<void> {
  checkId(runId)
  const { kind, name } = runnableBehind(runnable)
  if (kind === 'agent') messagesFrom(input as string) // throws for messages that the API would reject
  if (kind === 'agent' && budget)
    throw new UsageError(
      `\`budget\` bounds pipelines. Give the agent \`${name}\` a budget of its own: \`agent({ budget })\`.`,
    )
  await link.start(
    runId,
    {
      agent: name,
      input: jsonCopy(input, 'input'),
      ...(context !== undefined && { context: jsonCopy(context, 'context') }),
      ...(budget && { budget: jsonCopy(budget, 'budget') as NonNullable<typeof budget> }),
    },
    signal,
  )
}

function userMessage<Message>(message: Message): Message {
  const [own] = messagesFrom(message as string)
  if (own?.role === 'user') return message
  throw new UsageError(`Pass a text or a user message, not a message of role ${JSON.stringify(own?.role)}.`)
}

/** Ids are keys in the engines' stores, whose indexes have a limit. */
const longestId = 500
/** A path of a URL cannot have `.` and `..` as a part, also when they are encoded. */
const isPlain = (id: string): boolean =>
  id.trim() !== '' && id !== '.' && id !== '..' && id.isWellFormed() && !/\p{Cc}/u.test(id)

function checkId(runId: unknown): void {
  if (typeof runId === 'string' && runId !== '' && runId.length <= longestId && isPlain(runId)) return
  const length = typeof runId === 'string' && runId.length > longestId ? ` (${runId.length} characters)` : ''
  throw new UsageError(
    `A run id is a well-formed text of 1 to ${longestId} characters, without control characters, not only spaces, and not \`.\` or \`..\`. Got ${showOption(runId)}${length}.`,
  )
}

function checkAgent(runnable: ClientRunnable, runId: string, { agent }: RunPage): void {
  const { name } = runnableBehind(runnable)
  if (agent === undefined || agent === name) return
  throw new EngineError(
    'other_agent',
    `The run ${JSON.stringify(runId)} is of \`${agent}\`, not of \`${name}\`. Pass that one, or start a run with another id.`,
  )
}

const ended = (runId: string): EngineError =>
  new EngineError('ended', `The run ${JSON.stringify(runId)} has ended, so it takes no messages, decisions or aborts.`)

/** `hasFacts`: of the whole run, not of its last page alone. */
function failed(runId: string, { error }: RunPage, hasFacts: boolean): EngineError {
  const message = error?.message ?? 'The engine gave it up.'
  const [problem, how] = hasFacts ? (['failed', 'failed'] as const) : (['rejected', 'could not start'] as const)
  return new EngineError(problem, `The run ${JSON.stringify(runId)} ${how}: ${message}`)
}
