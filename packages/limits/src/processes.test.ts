// Four processes, each with its agents, share one limit against a server that enforces it.
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallerJob, CallerReport } from './test/caller-program.ts'
import { bundleCaller, type Caller, startCaller } from './test/callers.ts'
import { type LimitedServer, limitedServer, type ServerLimits, tokensOfAnswer } from './test/limited-server.ts'
import { type Kind, missing, type Service, startService } from './test/stores.ts'

const window = 10_000
const perWindow = 40
const perMinute = (amount: number): number => (amount * 60_000) / window

const kinds = (['redis', 'postgres'] satisfies Kind[]).map((kind) => ({ kind, why: missing[kind] ?? '' }))

describe('four processes', () => {
  let program: Awaited<ReturnType<typeof bundleCaller>>
  beforeAll(async () => {
    program = await bundleCaller()
  }, 60_000)
  afterAll(() => program.remove())

  // Side by side: they wait more than they work.
  describe.concurrent.each(kinds)('over $kind $why', ({ kind, why }) => {
    it.skipIf(why !== '')(
      'share a limit of requests and tokens: no 429, and at least 95 % of what it allows, with four and with three',
      async () => {
        // A machine that is busy with other tests makes answers late, and a unit counts from the answer. So the best counts.
        let best = 0
        for (let attempt = 1; attempt <= 3 && best < required(); attempt++) {
          const { failed, rejected, four, three } = await shareOf(program.file, kind)
          expect({ failed, rejected }).toEqual({ failed: [], rejected: [] })
          best = Math.max(best, Math.min(four, three))
          const [before, after] = [four, three].map((part) => `${(100 * part).toFixed(1)} %`)
          console.log(`${kind}: ${before} of the allowed throughput with four processes, ${after} with three`)
        }
        expect(best).toBeGreaterThanOrEqual(required())
      },
      300_000,
    )
  })

  describe.each(kinds)('over $kind $why', ({ kind, why }) => {
    it.skipIf(why !== '')(
      'share a limit of concurrent calls: no 429, and what a killed process held is released',
      async () => {
        const limits = { concurrency: 4, lease: 1_000 }
        await using field = await open(program.file, kind, { concurrency: 4, takes: 50, window }, limits)
        const { server } = field
        await until(() => server.busiest === 4)
        await field.kill()
        await sleep(1_000) // its lease
        server.forget()
        await until(() => server.busiest === 4)
        const before = server.accepted.length
        await until(() => server.accepted.length > before + 60)
        const reports = await field.stop()

        expect({ rejected: server.rejected, busiest: server.busiest }).toEqual({ rejected: [], busiest: 4 })
        expect(reports.flatMap(({ failed }) => failed)).toEqual([])
        expect(Math.min(...reports.map(({ done }) => done))).toBeGreaterThan(5) // none of them starves
      },
      90_000,
    )

    it.skipIf(why !== '')(
      'go on when one of them stood still for longer than its lease',
      async () => {
        const limits = { concurrency: 4, lease: 500 }
        await using field = await open(program.file, kind, { takes: 20, window }, limits)
        const { server } = field
        await until(() => server.accepted.length > 20)
        field.pause()
        await sleep(700) // its lease
        const paused = server.accepted.length
        await until(() => server.accepted.length > paused + 60) // the others have all units
        field.goOn()
        const before = server.accepted.length
        await until(() => server.accepted.length > before + 60)
        await sleep(600) // a lease later nothing is counted twice, and nothing is missing
        server.forget()
        await until(() => server.busiest === 4)
        const reports = await field.stop()
        expect(reports.flatMap(({ failed }) => failed)).toEqual([])
        expect(server.busiest).toBe(4)
        expect(Math.min(...reports.map(({ done }) => done))).toBeGreaterThan(5)
      },
      90_000,
    )
  })
})

/** Where several programs share each core, answers are late by a part of the window; then that part is not required. */
const required = (): number => (loadavg()[0]! > 2 * availableParallelism() ? 0.75 : 0.95)

/** The parts of the allowed throughput before and after one of four processes is killed. */
async function shareOf(
  program: string,
  kind: Kind,
): Promise<{
  readonly failed: readonly string[]
  readonly rejected: readonly number[]
  readonly four: number
  readonly three: number
}> {
  const limits = {
    requestsPerMinute: perMinute(perWindow),
    tokensPerMinute: perMinute(perWindow * tokensOfAnswer),
    answerTokens: tokensOfAnswer - 5, // with the prompt a little more than are used
    window,
    delivery: window, // counts from the answer, however late it is
    lease: 1_000,
  }
  await using field = await open(program, kind, { requests: perWindow, window }, limits)
  const { accepted, rejected } = field.server
  await until(() => accepted.length > 2 * perWindow + 5)
  await field.kill()
  await until(() => accepted.length > 3 * perWindow)
  const reports = await field.stop()
  // The limit allows the first request of a window at the end of the one before it. The first window is for warming up.
  const part = (at: number): number => window / (accepted[(at + 1) * perWindow]! - accepted[at * perWindow]!)
  return { failed: reports.flatMap((report) => report.failed), rejected, four: part(1), three: part(2) }
}

/** A store's server, a model's server and four callers that have begun. */
class Field {
  readonly server: LimitedServer
  readonly #service: Service
  readonly #callers: Caller[]

  constructor(server: LimitedServer, service: Service, callers: Caller[]) {
    this.server = server
    this.#service = service
    this.#callers = callers
  }

  /** SIGKILL for one of the callers. */
  async kill(): Promise<void> {
    await this.#callers.pop()?.kill()
  }

  /** One of the callers stands still. */
  pause(): void {
    this.#callers.at(-1)?.pause()
  }

  goOn(): void {
    this.#callers.at(-1)?.goOn()
  }

  stop(): Promise<CallerReport[]> {
    return Promise.all(this.#callers.map((caller) => caller.stop()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#callers.map((caller) => caller.kill()))
    await this.server[Symbol.asyncDispose]()
    await this.#service.stop()
  }
}

async function open(
  program: string,
  kind: Kind,
  server: ServerLimits,
  limits: Omit<CallerJob['limits'], 'key'>,
): Promise<Field> {
  const [service, model, ...callers] = await Promise.all([
    startService(kind),
    limitedServer(server),
    ...[1, 2, 3, 4].map(() => startCaller(program)),
  ])
  const job: CallerJob = {
    kind,
    url: service.url,
    server: model.url,
    limits: { ...limits, key: 'shared' },
    parallel: 8,
  }
  for (const caller of callers) caller.begin(job)
  return new Field(model, service, callers)
}

async function until(holds: () => boolean): Promise<void> {
  for (const began = performance.now(); !holds(); await sleep(5))
    if (performance.now() - began > 60_000) throw new Error('It did not come to that within 60 s.')
}
