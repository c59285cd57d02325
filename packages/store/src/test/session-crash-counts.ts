// node --conditions=@toolloop/source packages/store/src/test/session-crash-counts.ts [points]
// Kills sessions at so many points, spread over all appends and moments, for each store; prints what was counted.
import { moments, sessionCrashes, type SessionCounts } from './session-crash.ts'
import { kinds } from './stores.ts'

const points = Number(process.argv[2] ?? '100')
const crashes = await sessionCrashes()
try {
  for (const kind of kinds) {
    const appends = await crashes.measure(kind)
    const counts: SessionCounts = { kills: 0, unknown: 0, broken: [] }
    for (let point = 0; point < points; point++) {
      const at = Math.floor((point * appends * moments.length) / points)
      await crashes.kill(kind, Math.floor(at / moments.length), moments[at % moments.length]!, counts)
    }
    console.log(kind.padEnd(8), `${appends} appends`, JSON.stringify(counts))
  }
} finally {
  crashes.close()
}
