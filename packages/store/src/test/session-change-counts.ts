// node --conditions=@toolloop/source packages/store/src/test/session-change-counts.ts [rounds]
// Lets processes delete, fork, run and read one session at once so many times, and kills them at each step of a delete and of
// a fork, for each store; prints what was counted.
import { changePairs, killChanges, raceChanges } from './session-changes.ts'
import { kinds } from './stores.ts'

const rounds = Number(process.argv[2] ?? '200')
for (const kind of kinds) {
  for (const pair of changePairs)
    console.log(kind.padEnd(7), pair.join(' and ').padEnd(18), JSON.stringify(await raceChanges(kind, pair, rounds)))
  for (const [what, next] of [
    ['delete', 'delete'],
    ['delete', 'run'],
    ['fork', 'delete'],
    ['fork', 'run'],
    ['fork', 'fork'],
  ] as const)
    console.log(
      kind.padEnd(7),
      `${what} killed, then ${next}`.padEnd(18),
      JSON.stringify(await killChanges(kind, what, next)),
    )
}
