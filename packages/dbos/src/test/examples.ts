// The agent of examples/quickstart and the pipeline of examples/code-review, unchanged, with their scripted models over HTTP.
import { Client } from '@toolloop/client'
import type { Script } from '@toolloop/testing'
import { partsOf } from '../../../../examples/code-review/src/parts.ts'
import { type Diff, reviewOf } from '../../../../examples/code-review/src/review.ts'
import { scriptedReviewer } from '../../../../examples/code-review/src/scripted.ts'
import { explorer } from '../../../../examples/quickstart/src/explorer.ts'
import { Folder } from '../../../../examples/quickstart/src/folder.ts'
import { scriptedExplorer } from '../../../../examples/quickstart/src/script.ts'

const { parts } = partsOf([
  { file: 'src/sum.ts', isBinary: false, hunks: '@@ -1 +1,2 @@\n-sum(a)\n+if (a == b) eval(a)\n+console.log(a)\n' },
  { file: 'src/clean.ts', isBinary: false, hunks: '@@ -1 +1 @@\n-one\n+two\n' },
])

export const partIds: readonly string[] = parts.map(({ id }) => id)

/** The quickstart's tools are in its requests. */
export const script: Script = (request) =>
  request.tools?.length ? scriptedExplorer(request) : scriptedReviewer(request)

export function examplesOn(baseURL: string): {
  readonly quickstart: ReturnType<typeof explorer>
  readonly review: ReturnType<typeof reviewOf>
} {
  const client = new Client({ apiKey: 'none', baseURL })
  return {
    quickstart: explorer({ client, model: 'scripted' }),
    review: reviewOf({ client, model: 'scripted', concurrency: 2, rounds: 3 }),
  }
}

/** Of both. It stays in the worker. */
export async function contextOf(folder: string): Promise<Diff & { readonly folder: Folder }> {
  return { folder: await Folder.open(folder), parts: new Map(parts.map((part) => [part.id, part])) }
}
