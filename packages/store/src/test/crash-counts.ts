// node --conditions=@toolloop/source packages/store/src/test/crash-counts.ts [kills at random moments] [rounds of races]
// Kills processes around every fact and at random moments, lets two race for each run, and prints what was done.
import { type Counts, crashes, type Kill, noCounts } from './crash.ts'
import { race, raceKinds } from './race.ts'
import { kinds } from './stores.ts'

const [random = '200', rounds = '100'] = process.argv.slice(2)
const show = (name: string, counts: object): void => console.log(name.padEnd(32), JSON.stringify(counts))
const processes = await crashes()
try {
  for (const kind of kinds) {
    const { ms, facts } = await processes.measure(kind)
    const everywhere = noCounts()
    for (let fact = 0; fact < facts; fact++)
      for (const moment of ['before', 'written', 'acknowledged'] as const)
        await processes.pay(kind, [{ fact, moment }], everywhere)
    show(`${kind}: around each of ${facts} facts`, everywhere)
    const anywhere: Counts = noCounts()
    while (anywhere.kills < Number(random)) {
      const kills: Kill[] = Array.from({ length: 1 + (anywhere.runs % 3) }, () => ({ after: Math.random() * ms }))
      await processes.pay(kind, kills, anywhere)
    }
    show(`${kind}: at random moments`, anywhere)
  }
} finally {
  processes.close()
}
for (const kind of kinds)
  for (const what of raceKinds) show(`${kind}: two processes, ${what}`, await race(kind, what, Number(rounds)))
