// What a shared limit costs: reserve and settle, one after the other, for each store with its real server on this machine;
// and the time from the end of one call to the start of the one that waits for it in another process's store. Run it with
//   node --conditions=@toolloop/source benchmarks/limits.ts [calls]
import { cpus, loadavg } from 'node:os'
import type { LimitStore, WindowLimits } from '../packages/limits/src/index.ts'
import { kinds, missing, openStore, startService } from '../packages/limits/src/test/stores.ts'
import { median } from './src/median.ts'

const calls = Number(process.argv[2] ?? 2_000)
const limits: WindowLimits = {
  requests: 1_000_000,
  tokens: 1_000_000_000,
  concurrency: 100,
  window: 60_000,
  slot: 500,
  delivery: 2_000,
  lease: 15_000,
}

console.log(
  `${cpus()[0]?.model}, Node.js ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${calls} calls, medians`,
)
for (const kind of kinds) {
  const why = missing[kind]
  if (why !== undefined) {
    console.log(`${kind}: ${why}`)
    continue
  }
  const service = await startService(kind)
  const { store, close } = await openStore(kind, service.url)
  await measured(store, 'warm-up', 200)
  const { reserve, settle } = await measured(store, 'key', calls)
  const other = kind === 'memory' ? { store, close: async () => {} } : await openStore(kind, service.url)
  const handover = await handedOver(store, other.store)
  console.log(
    `${kind}: reserve ${reserve.toFixed(3)} ms, settle ${settle.toFixed(3)} ms, from one store to another ${handover.toFixed(3)} ms`,
  )
  await other.close()
  await close()
  await service.stop()
}

async function measured(store: LimitStore, key: string, count: number): Promise<{ reserve: number; settle: number }> {
  const times = { reserve: [] as number[], settle: [] as number[] }
  for (let at = 0; at < count; at++) {
    const id = `${key}-${at}`
    const began = performance.now()
    const { freeAt } = await store.reserve({ key, id, tokens: 100, limits })
    const reserved = performance.now()
    await store.settle({ key, id, tokens: 100, countsUntil: freeAt, used: 50, coolDown: 0, limits })
    times.reserve.push(reserved - began)
    times.settle.push(performance.now() - reserved)
  }
  return { reserve: median(times.reserve), settle: median(times.settle) }
}

/** Milliseconds from the settlement of a call to the reservation of the one that waits, through a notification. */
async function handedOver(from: LimitStore, to: LimitStore): Promise<number> {
  const times: number[] = []
  for (let at = 0; at < 50; at++) {
    const one = { ...limits, concurrency: 1 }
    const key = `handover-${at}`
    const { freeAt } = await from.reserve({ key, id: 'a', tokens: 0, limits: one })
    await to.reserve({ key, id: 'b', tokens: 0, limits: one })
    const released = Promise.withResolvers<void>()
    const subscription = await to.onRelease(key, () => released.resolve())
    const began = performance.now()
    void from.settle({ key, id: 'a', tokens: 0, countsUntil: freeAt, used: 0, coolDown: 0, limits: one })
    await released.promise
    await to.reserve({ key, id: 'b', tokens: 0, limits: one })
    times.push(performance.now() - began)
    subscription.close()
  }
  return median(times)
}
