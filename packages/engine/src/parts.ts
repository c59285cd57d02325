// Parts of a run as workflows of their own: items of a distributed `map`, and distributed agents that are called as tools.
import { createHash } from 'node:crypto'
import type { Fact } from '@toolloop/core'
import type { Distributor, Part } from '@toolloop/core/machine'
import { sleep, systemClock, UsageError } from '@toolloop/wire'
import type { Start } from './command.ts'
import { errorOf, type Rejection } from './errors.ts'
import type { EngineLink } from './link.ts'

/**
 * What `driveRun` needs to start parts: the engine's link, for use inside a recorded step, and what started this run. A part
 * is started under the id `partId(part)` with the same `agent` and `context`, and `part`: its worker passes `part` on to
 * `driveRun`. A part may wait for a worker while its parent occupies one: where an engine bounds how many workflows run at
 * once, parts need a bound of their own.
 */
export interface Distribute {
  readonly link: Pick<EngineLink, 'start' | 'read' | 'send'>
  readonly start: Start
}

/** Bytes. An index of Postgres takes 2,704. */
const longestId = 2_000

/** The id of a part's workflow. Parts of parts have the id of the whole run and their whole path as well; a long one is a hash. */
export function partId({ run, path }: Pick<Part, 'run' | 'path'>): string {
  const id = `${run}/${path}`
  return Buffer.byteLength(id) <= longestId ? id : `${run}/${createHash('sha256').update(id).digest('hex')}`
}

/** `isBroken`: the run goes on in another process, with its parts. */
export function distributorOver({ link, start }: Distribute, isBroken: () => boolean): Distributor {
  return {
    facts: (part, signal) => factsOf(link, start, part, signal),
    send: async (part, command) => {
      const rejection = isBroken() ? undefined : await link.send(partId(part), command)
      // A process that has died sent the decisions already, and the part may have ended since: its facts say so.
      if (rejection && rejection.problem !== 'decided' && rejection.problem !== 'ended') throw errorOf(rejection)
    },
  }
}

const failureOf = (error: Rejection | undefined): UsageError =>
  Object.assign(new UsageError(error?.message ?? 'The engine gave the part up.'), error && { name: error.name })

async function* factsOf(
  link: Distribute['link'],
  { agent, context }: Start,
  part: Part,
  signal: AbortSignal,
): AsyncGenerator<readonly Fact[], void, void> {
  const id = partId(part)
  await link.start(id, { agent, input: part.input, ...(context !== undefined && { context }), part }, signal)
  let from = 0
  for (;;) {
    signal.throwIfAborted()
    const page = await link.read(id, from, { wait: 'facts', signal })
    if (!page) throw new UsageError(`The engine does not know the part ${JSON.stringify(id)}, which was started.`)
    if (page.facts.length > 0) yield page.facts
    from += page.facts.length
    if (page.status === 'ended' && page.facts.length === 0) return
    if (page.status === 'failed') throw failureOf(page.error)
    // Its parent has sent decisions, which take effect soon.
    if (page.status === 'paused' && page.facts.length === 0) await sleep(systemClock, 50, signal)
  }
}
