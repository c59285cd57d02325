// Reads every recorded answer and prints what came of it, by vendor. `--full` also cuts long streams at every byte.
import { readCorpus } from './corpus.ts'
import { positions, problemsOf } from './corpus-check.ts'

const full = process.argv.includes('--full')
const corpus = readCorpus()
if (corpus === undefined) {
  console.error('Set TOOLLOOP_CORPUS to the folder of recorded answers.')
  process.exit(1)
}

interface Row {
  streams: number
  plain: number
  cuts: number
  wrong: number
}

const rows = new Map<string, Row>()
const problems: string[] = []
for (const recorded of corpus) {
  const row = rows.get(recorded.vendor) ?? { streams: 0, plain: 0, cuts: 0, wrong: 0 }
  rows.set(recorded.vendor, row)
  const isStream = recorded.kind === 'stream'
  if (isStream) row.streams++
  else row.plain++
  const places = isStream ? positions(recorded.body, full) : []
  // oxlint-disable-next-line no-await-in-loop -- in order, one at a time
  const found = await problemsOf(recorded, places, () => row.cuts++)
  if (found.length > 0) row.wrong++
  problems.push(...found.slice(0, 3).map((problem) => `${recorded.name}: ${problem}`))
}

const total: Row = { streams: 0, plain: 0, cuts: 0, wrong: 0 }
console.log(line('vendor', 'streams', 'plain', 'cuts', 'wrong'))
for (const [vendor, row] of rows) {
  for (const key of ['streams', 'plain', 'cuts', 'wrong'] as const) total[key] += row[key]
  console.log(line(vendor, row.streams, row.plain, row.cuts, row.wrong))
}
console.log(line('all', total.streams, total.plain, total.cuts, total.wrong))
console.log(problems.join('\n'))
process.exitCode = total.wrong > 0 ? 1 : 0

function line(vendor: string, ...cells: (string | number)[]): string {
  return vendor.padEnd(24) + cells.map((cell) => String(cell).padStart(10)).join('')
}
