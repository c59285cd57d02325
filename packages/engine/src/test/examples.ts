// The agent of the quickstart and the pipeline of the code review, as their examples have them: nothing in them knows of an
// engine. Each worker makes what they read of the run's context.
import { join } from 'node:path'
import { Client } from '@toolloop/client'
import { lastText, type StepFunction } from '@toolloop/testing'
import { partsOf } from '../../../../examples/code-review/src/parts.ts'
import { reviewOf } from '../../../../examples/code-review/src/review.ts'
import { scriptedReviewer } from '../../../../examples/code-review/src/scripted.ts'
import { explorer } from '../../../../examples/quickstart/src/explorer.ts'
import { Folder } from '../../../../examples/quickstart/src/folder.ts'
import { scriptedExplorer } from '../../../../examples/quickstart/src/script.ts'
import { script } from './agents.ts'

const folder = await Folder.open(join(import.meta.dirname, '../../../../examples/quickstart'))
const hunks = ['+if (a == b) eval(a)', '+one']
const { parts } = partsOf(
  hunks.map((line, at) => ({ file: `src/${at}.ts`, isBinary: false, hunks: `@@ -1 +1,2 @@\n-old\n${line}\n+end\n` })),
)
export const partIds: readonly string[] = parts.map(({ id }) => id)

/** What the workers make of the JSON that a client sends. */
export const contextOf = (json: unknown): unknown =>
  json === 'examples' ? { folder, parts: new Map(parts.map((part) => [part.id, part])) } : json

export interface Examples {
  readonly explorer: ReturnType<typeof explorer>
  readonly codeReview: ReturnType<typeof reviewOf>
}

export function examplesFor(baseURL: string): Examples {
  const model = { client: new Client({ apiKey: 'none', baseURL, maxRetries: 10 }), model: 'scripted' }
  return { explorer: explorer(model), codeReview: reviewOf({ ...model, concurrency: 4, rounds: 3 }) }
}

/** What the model answers to the agents of the examples, and to those of the tests. */
export const scriptOfAll: StepFunction = (request, ...more) => {
  const instructions = lastText(request, 'system') || lastText(request, 'developer')
  if (instructions.startsWith('You explore')) return scriptedExplorer(request)
  if (/^You (review|edit|decide)/.test(instructions)) return scriptedReviewer(request)
  return script(request, ...more)
}
