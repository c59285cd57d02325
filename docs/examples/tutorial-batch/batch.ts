import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { fileLog } from 'toolloop/store'
import { map } from 'toolloop/pipeline'
import { document } from './document.ts'

const documents = map(document, { concurrency: 4, interval: 1_000, intervalCap: 10 }).named('batch')

const isResumed = existsSync('batch.log')
const log = fileLog('batch.log')
const stream = isResumed
  ? documents.stream(undefined, { from: log })
  : documents.stream(readdirSync('invoices').toSorted(), { log })
process.once('SIGINT', () => stream.abort('Ctrl-C'))
stream.on('stage.progress', ({ done, total }) => console.log(`${done} of ${total}`))

const result = await stream.result
if (result.status === 'done') {
  writeFileSync('invoices.jsonl', result.output.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const problems = result.output.filter((row) => 'problem' in row)
  console.log(`${result.output.length} rows in invoices.jsonl, ${problems.length} with a problem`)
} else {
  console.log(result.status === 'error' ? result.error.message : `It ended as ${result.status}.`)
  process.exitCode = 1
}
