// A process that pays, and that kills itself where its arguments say: <store> <folder> <run> [fact] [moment]
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fact, RunLog } from '@toolloop/core'
import { payAll } from './payer.ts'
import { type Kind, openStore } from './stores.ts'

/** Around the append of a fact: nothing is written, all is written but not acknowledged, all is acknowledged. */
export type Moment = 'before' | 'written' | 'acknowledged'

const [kind, folder = '', run = '', fact, moment] = process.argv.slice(2)
const log = openStore(kind as Kind, folder).log(run)
const acknowledged = join(folder, `${run}.acknowledged`)

const watched: RunLog = {
  load: () => log.load(),
  append: async (facts: readonly Fact[]) => {
    const here = facts.some(({ seq }) => seq === Number(fact ?? -1))
    if (here && moment === 'before') die()
    const written = log.append(facts)
    if (here && moment === 'written') die()
    await written
    appendFileSync(acknowledged, facts.map(({ seq }) => `${seq}\n`).join(''))
    if (here && moment === 'acknowledged') die()
  },
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  for (;;); // until the signal is there
}

process.stdout.write('ready\n')
const result = await payAll(watched, join(folder, `${run}.effects`))
process.stdout.write(`${result.status}\n`)
