// What runs and sessions rely on in a store of runs, as cases that any test runner can run.
import type { CheckedLog } from './checked-log.ts'
import { checkRunLog, type LogCase } from './log-check.ts'
import type { LoggedFact } from './log-facts.ts'
import type { CheckedStore, StoreBody } from './checked-store.ts'
import { alone } from './store-cases.ts'
import { abandoned, shared } from './store-races.ts'

/** What can be done to a store from outside. Each function that is given adds cases. */
export interface StoreSurroundings<Store extends CheckedStore> {
  /** Another handle on the same runs, as another process has it. */
  readonly reopen?: (store: Store) => Store | Promise<Store>
  /** Lets the process that owns the run die: its lock or lease is left behind. */
  readonly abandon?: (store: Store, runId: string) => void | Promise<void>
  /** Called with every store of a case at its end. */
  readonly close?: (store: Store) => void | Promise<void>
}

/**
 * Every promise of a store as a case, those of its logs among them (`checkRunLog`). A store that keeps them all can keep
 * sessions. `make` returns a new, empty store each time.
 *
 * `for (const { name, run } of checkRunStore(make)) test(name, run)`, with vitest as with node:test.
 */
export function checkRunStore<Store extends CheckedStore>(
  make: () => Store | Promise<Store>,
  surroundings: StoreSurroundings<Store> = {},
): LogCase[] {
  const { abandon, reopen } = surroundings
  const bodies = reopen ? [...alone, ...shared] : alone
  const cases = bodies.map(([name, body]): LogCase => ({ name, run: () => inPlace(body, make, surroundings) }))
  if (abandon) cases.push({ name: abandonedName, run: () => abandonedCase(make, surroundings, abandon) })
  return [...cases, ...logCases(make, surroundings)]
}

async function inPlace<Store extends CheckedStore>(
  body: StoreBody[1],
  make: () => Store | Promise<Store>,
  { reopen, close }: Omit<StoreSurroundings<Store>, 'abandon'>,
): Promise<void> {
  const stores: Store[] = []
  const keep = (store: Store): Store => {
    stores.push(store)
    return store
  }
  try {
    const store = keep(await make())
    await body({ store, again: async () => (reopen ? keep(await reopen(store)) : store) })
  } finally {
    for (const store of stores.toReversed()) await close?.(store)
  }
}

/** The cases of a log, each with a store of its own. */
function logCases<Store extends CheckedStore>(
  make: () => Store | Promise<Store>,
  { reopen, close }: StoreSurroundings<Store>,
): LogCase[] {
  const id = 'chat/7'
  const stores = new WeakMap<CheckedLog, Store>()
  const logOf = (store: Store): CheckedLog => {
    const log = handleOn(store.log(id))
    stores.set(log, store)
    return log
  }
  return checkRunLog(async () => logOf(await make()), {
    ...(reopen && { reopen: async (log: CheckedLog) => logOf(await reopen(stores.get(log)!)) }),
    close: async (log) => close?.(stores.get(log)!),
  }).map(({ name, run }) => ({ name: `a log of the store: ${name}`, run }))
}

/** A store may return one object for all handles. */
const handleOn = (log: CheckedLog): CheckedLog => ({
  load: () => log.load(),
  append: (facts: readonly LoggedFact[]) => log.append(facts),
})

const abandonedName = 'a run whose process has died is interrupted; the next one continues it, or deletes it'

async function abandonedCase<Store extends CheckedStore>(
  make: () => Store | Promise<Store>,
  surroundings: StoreSurroundings<Store>,
  abandon: NonNullable<StoreSurroundings<Store>['abandon']>,
): Promise<void> {
  const original: { store?: Store } = {}
  const kept = async (): Promise<Store> => (original.store = await make())
  await inPlace((opened) => abandoned(opened, async (id) => abandon(original.store!, id)), kept, surroundings)
}
