// The client of every engine, over its link.
import { randomUUID } from 'node:crypto'
import type { Fact } from '@toolloop/core'
import { jsonCopy, messagesFrom, runnableBehind } from '@toolloop/core/machine'
import { showOption, UsageError } from '@toolloop/wire'
import type {
  ClientRunnable,
  EngineClient,
  EngineRunOptions,
  EngineStream,
  ResultFor,
  RunStatus,
  WaitOptions,
} from './client.ts'
import type { Command } from './command.ts'
import { endedRun, EngineError, errorOf, unknownRun } from './errors.ts'
import { followRun } from './follow-run.ts'
import type { EngineLink, RunPage } from './link.ts'
import { checkMessage } from './message.ts'
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
  const send = async (runId: string, command: Command, { signal }: WaitOptions): Promise<void> => {
    const { status, facts } = await pageOf(runId)
    if (command.type === 'decide') checkDecisions(facts, command.decisions)
    const hasEnded = status === 'ended' || status === 'failed'
    const rejection = hasEnded ? endedRun(runId) : await link.send(runId, command, signal)
    if (rejection) throw errorOf(rejection)
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
    decide: async (runId, decisions, options = {}) => {
      const own = jsonCopy(decisions, 'decisions') as typeof decisions
      if (Object.keys(own).length === 0) throw new UsageError('`decide` needs at least one decision, by request id.')
      await send(runId, { type: 'decide', decisions: own }, options)
    },
    steer: async (runId, message, options = {}) => {
      checkMessage(message)
      await send(runId, { type: 'steer', message: jsonCopy(message, 'message') as typeof message }, options)
    },
    followUp: async (runId, message, options = {}) => {
      checkMessage(message)
      await send(runId, { type: 'followUp', message: jsonCopy(message, 'message') as typeof message }, options)
    },
    abort: (runId, reason = 'The client aborted the run.', options = {}) =>
      send(runId, { type: 'abort', reason }, options),
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

/** `hasFacts`: of the whole run, not of its last page alone. */
function failed(runId: string, { error }: RunPage, hasFacts: boolean): EngineError {
  const message = error?.message ?? 'The engine gave it up.'
  const [problem, how] = hasFacts ? (['failed', 'failed'] as const) : (['rejected', 'could not start'] as const)
  return new EngineError(problem, `The run ${JSON.stringify(runId)} ${how}: ${message}`)
}
