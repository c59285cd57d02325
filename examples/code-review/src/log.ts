// The review of a small diff, as a log.
import { scriptedServer } from '@toolloop/testing'
import { Client, type RunLog } from 'toolloop'
import { partsOf } from './parts.ts'
import { reviewOf } from './review.ts'
import { scriptedReviewer } from './scripted.ts'

const files = [
  { file: 'src/sum.ts', isBinary: false, hunks: '@@ -1 +1,2 @@\n-sum(a)\n+if (a == b) eval(a)\n+console.log(a)\n' },
  { file: 'src/clean.ts', isBinary: false, hunks: '@@ -1 +1 @@\n-one\n+two\n' },
]

export async function writeLog(log: RunLog): Promise<void> {
  const { parts } = partsOf(files)
  await using server = await scriptedServer(scriptedReviewer)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  const review = reviewOf({ client, model: 'scripted', concurrency: 2, rounds: 3 })
  const context = { parts: new Map(parts.map((part) => [part.id, part])) }
  await review.run(
    parts.map(({ id }) => id),
    { log, context },
  )
}
