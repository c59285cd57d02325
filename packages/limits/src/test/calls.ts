// Calls of one key on a store, and what the store counts for them, for tests.
import type { LimitStore, Reservation, Settlement, WindowLimits } from '../index.ts'

/** The calls of one key. */
export class Calls {
  readonly key: string
  readonly #store: LimitStore
  readonly #limits: WindowLimits
  readonly #reserved = new Map<string, { freeAt: number; tokens: number }>()

  constructor(store: LimitStore, key: string, limits: WindowLimits) {
    this.#store = store
    this.key = key
    this.#limits = limits
  }

  async reserve(id: string, tokens = 0): ReturnType<LimitStore['reserve']> {
    const answer = await this.#store.reserve({ key: this.key, id, tokens, limits: this.#limits } satisfies Reservation)
    if (answer.freeAt > 0) this.#reserved.set(id, { freeAt: answer.freeAt, tokens })
    return answer
  }

  async starts(id: string, tokens = 0): Promise<boolean> {
    return (await this.reserve(id, tokens)).wait === 0
  }

  async renew(ids: readonly string[]): Promise<void> {
    await this.#store.renew(this.key, ids, this.#limits.lease)
  }

  /** What is counted, with those who wait: the most that a further call would not fit beside. */
  async counted(): Promise<Record<'requests' | 'tokens' | 'running', number>> {
    return {
      requests: await this.#most(0, (requests) => ({ requests })),
      tokens: await this.#most(1, (tokens) => ({ tokens })),
      running: await this.#most(0, (concurrency) => ({ concurrency })),
    }
  }

  /** The largest limit under which one more call, with so many tokens, does not start. */
  async #most(tokens: number, limitOf: (most: number) => Partial<WindowLimits>): Promise<number> {
    let [low, high] = [0, 1_023] // none starts below `low`, all start from `high` on
    while (low < high) {
      const most = Math.floor((low + high) / 2)
      const probe = {
        key: this.key,
        id: `probe-${probes++}`,
        tokens,
        limits: { ...this.#limits, ...open, ...limitOf(most) },
      }
      const { wait } = await this.#store.reserve(probe)
      await this.#store.settle({ ...probe, countsUntil: 0, used: 0, coolDown: 0 })
      if (wait === 0) high = most
      else low = most + 1
    }
    return low - 1
  }

  /** @param outcome `early`: milliseconds by which the request has arrived before the latest time */
  async settle(id: string, { early = 0, ...outcome }: Partial<Settlement> & { early?: number } = {}): Promise<void> {
    const { freeAt, tokens } = this.#reserved.get(id) ?? { freeAt: 0, tokens: 0 }
    this.#reserved.delete(id)
    const settled = { tokens, countsUntil: Math.max(0, freeAt - early), used: tokens, coolDown: 0 }
    await this.#store.settle({ key: this.key, id, limits: this.#limits, ...settled, ...outcome })
  }
}

const unlimited = Number.MAX_SAFE_INTEGER
/** Limits nothing, in the units of the defaults. */
export const wide: WindowLimits = {
  requests: unlimited,
  tokens: unlimited,
  concurrency: unlimited,
  window: 60_000,
  slot: 500,
  delivery: 2_000,
  lease: 60_000,
}
const open = { requests: unlimited, tokens: unlimited, concurrency: unlimited }
let probes = 0
