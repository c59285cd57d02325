// A process that converses, and kills itself around an append: <store> <folder> <append> <moment>
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunStore } from '../index.ts'
import { sessionStore } from '../index.ts'
import { converse } from './chatter.ts'
import { type Kind, openStore } from './stores.ts'

const [kind, folder = '', at, moment] = process.argv.slice(2)
const runs = openStore(kind as Kind, folder)
let appends = 0

const watched: RunStore = {
  list: (query) => runs.list(query),
  summary: (id) => runs.summary(id),
  delete: (id) => runs.delete(id),
  log: (id) => {
    const log = runs.log(id)
    return {
      load: () => log.load(),
      append: async (facts) => {
        const here = appends++ === Number(at)
        if (here && moment === 'before') die()
        const written = log.append(facts)
        if (here && moment === 'written') die()
        await written
        appendFileSync(join(folder, 'acknowledged'), facts.map(({ seq }) => `${id} ${seq}\n`).join(''))
        if (here && moment === 'acknowledged') die()
      },
    }
  },
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  for (;;); // until the signal is there
}

await converse(sessionStore(watched), join(folder, 'effects'))
process.stdout.write(`${appends}\n`)
