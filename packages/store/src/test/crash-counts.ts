// node --conditions=@toolloop/source packages/store/src/test/crash-counts.ts [kills] [rounds] [part]
// Kills processes around every fact, kills them at so many random moments, and lets two race for a run so many times;
// prints what was done. Without the name of a part all three run: facts, moments, races.
import { crashes, type Kill, noCounts } from './crash.ts'
import { race, raceKinds } from './race.ts'
import { kinds } from './stores.ts'

const [kills = '200', rounds = '100', part] = process.argv.slice(2)
const wants = (name: string): boolean => part === undefined || part === name
const show = (name: string, counts: object): void => console.log(name.padEnd(32), JSON.stringify(counts))
const processes = await crashes()
try {
  for (const kind of kinds) {
    const { ms, facts } = await processes.measure(kind)
    const everywhere = noCounts()
    for (let fact = 0; wants('facts') && fact < facts; fact++)
      for (const moment of ['before', 'written', 'acknowledged'] as const)
        await processes.pay(kind, [{ fact, moment }], everywhere)
    if (wants('facts')) show(`${kind}: around each of ${facts} facts`, everywhere)
    const anywhere = noCounts()
    while (wants('moments') && anywhere.kills < Number(kills)) {
      const several: Kill[] = Array.from({ length: 1 + (anywhere.runs % 3) }, () => ({ after: Math.random() * ms }))
      await processes.pay(kind, several, anywhere)
    }
    if (wants('moments')) show(`${kind}: at random moments`, anywhere)
  }
} finally {
  processes.close()
}
for (const kind of wants('races') ? kinds : [])
  for (const what of raceKinds) show(`${kind}: two processes, ${what}`, await race(kind, what, Number(rounds)))
