// The cases of one handle on a store.
import { end, type LoggedFact, note, pause, same, start } from './log-facts.ts'
import type { CheckedQuery, CheckedStore, CheckedSummary, StoreBody } from './checked-store.ts'

/** The first fact of a run of an agent, at a time. */
export const startOf = (agent: string, at: number): LoggedFact =>
  Object.freeze({ ...start, at, agent: { name: agent, fingerprint: 'none' } })

const ids = [
  'a',
  'A',
  'ab',
  'a/0',
  'a/1',
  'a/10',
  'a/claim',
  '%61',
  'a b',
  "a'b",
  'a"b',
  'ä',
  '🦉',
  '.',
  '..',
  '../../a',
]

/** A database may refuse these, but must not take them for another id. */
const oddIds = ['\0', 'a\0', '\uD800', '\uDFFF', ' a', 'a ', 'a\n', 'x'.repeat(100)]

export const alone: readonly StoreBody[] = [
  [
    'a new store has no run',
    async ({ store }) => {
      equal('list', await store.list(), { data: [] })
      equal('summary', await store.summary('a'), undefined)
      equal('delete', await store.delete('a'), false)
      same('load', await store.log('a').load(), [])
    },
  ],
  [
    'opening a log stores nothing',
    async ({ store }) => {
      await store.log('a').load()
      await store.log('a').append([])
      equal('list', await store.list(), { data: [] })
      equal('summary', await store.summary('a'), undefined)
    },
  ],
  [
    'runs are kept apart, whatever their ids are',
    async ({ store }) => {
      for (const [at, id] of ids.entries()) await store.log(id).append([startOf(id, at), pause(1, id)])
      for (const [at, id] of ids.entries()) {
        same(`the log ${JSON.stringify(id)}`, await store.log(id).load(), [startOf(id, at), pause(1, id)])
        equal(`the agent of ${JSON.stringify(id)}`, (await store.summary(id))?.agent, id)
      }
      equal('the ids of the list', idsOf(await store.list()), ids.toReversed())
    },
  ],
  [
    'an odd id is refused or kept apart',
    async ({ store }) => {
      const taken: string[] = []
      for (const [at, id] of oddIds.entries()) {
        const isTaken = await (async () => store.log(id).append([startOf('odd', at), end(1)]))().then(
          () => true,
          () => false,
        )
        if (isTaken) taken.unshift(id)
      }
      equal('the ids of the list', idsOf(await store.list()), taken)
    },
  ],
  [
    'a summary has the agent, the times of the first and the last fact, and the number of facts',
    async ({ store }) => {
      const first = startOf('one', 1_700_000_000_000)
      await store.log('a').append([first, note(1), note(2)])
      await store.log('a/0').append([startOf('two', 5), pause(1)])
      const { status, ...summary } = (await store.summary('a')) ?? { status: 'none' }
      equal('summary', summary, { id: 'a', agent: 'one', startedAt: first.at, updatedAt: note(2).at, facts: 3 })
      if (status !== 'running') throw new Error(`The status of a run that is owned is ${status}; it must be running.`)
    },
  ],
  [
    'the status follows from the last fact of the run, not of an inner run',
    async ({ store }) => {
      const inner = { ...end(1), path: 'lookup#c1' }
      const last: Readonly<Record<string, readonly LoggedFact[]>> = {
        aborted: [end(1)],
        approval: [pause(1)],
        running: [inner],
        done: [inner, Object.freeze({ ...end(2), outcome: { status: 'done', text: 'Done.' } })],
      }
      for (const [status, facts] of Object.entries(last)) {
        await store.log(status).append([start, ...facts])
        equal(`the status of a run that ends with ${facts.at(-1)?.type}`, (await store.summary(status))?.status, status)
      }
    },
  ],
  [
    'the list holds the summaries, from the run that started last on',
    async ({ store }) => {
      const times = [30, 10, 50, 20, 40]
      for (const at of times) await store.log(`run ${at}`).append([startOf('one', at), end(1)])
      const { data } = await store.list()
      equal(
        'the times of the list',
        data.map(({ startedAt }) => startedAt),
        times.toSorted((a, b) => b - a),
      )
      for (const summary of data) equal(`the summary of ${summary.id}`, await store.summary(summary.id), summary)
    },
  ],
  [
    'pages neither repeat nor leave out a run, also of the same time, while runs come',
    async ({ store }) => {
      const all = Array.from({ length: 23 }, (_, index) => `run-${String(index).padStart(2, '0')}`)
      for (const [index, id] of all.entries())
        await store.log(id).append([startOf('one', 100 - Math.floor(index / 4)), end(1)])
      let more = 0
      const seen = await pages(store, { limit: 3 }, async () => {
        await store.log(`new ${more++}`).append([startOf('one', 1000), end(1)])
      })
      equal('the ids of all pages', seen.toSorted(), all)
    },
  ],
  [
    'the list filters by status and by agent, over pages',
    async ({ store }) => {
      for (let at = 0; at < 20; at++)
        await store.log(`run ${at}`).append([startOf(at % 2 ? 'odd' : 'even', at), at % 3 ? end(1) : pause(1)])
      equal(
        'agent',
        await pages(store, { agent: 'odd', limit: 3 }),
        wanted((at) => at % 2 === 1),
      )
      equal(
        'status',
        await pages(store, { status: 'approval', limit: 3 }),
        wanted((at) => at % 3 === 0),
      )
      const both = wanted((at) => at % 6 === 0)
      equal('agent and status', await pages(store, { agent: 'even', status: 'approval', limit: 3 }), both)
      equal('no match', await store.list({ agent: 'none' }), { data: [] })
    },
  ],
  [
    'a page that ends with the last run has no next page',
    async ({ store }) => {
      for (let at = 0; at < 6; at++) await store.log(`run ${at}`).append([startOf('one', at), end(1)])
      const first = await store.list({ limit: 3 })
      const second = await store.list({ limit: 3, after: first.next })
      equal(
        'the ids',
        [idsOf(first), idsOf(second)],
        [
          ['run 5', 'run 4', 'run 3'],
          ['run 2', 'run 1', 'run 0'],
        ],
      )
      equal('the `next` of the last page', second.next, undefined)
    },
  ],
  [
    'delete removes a run whole, and no other; its id starts anew',
    async ({ store }) => {
      for (const id of ['a', 'a/0', 'a/1']) await store.log(id).append([start, note(1), end(2)])
      equal('delete', [await store.delete('a'), await store.delete('a')], [true, false])
      equal('summary', await store.summary('a'), undefined)
      same('load', await store.log('a').load(), [])
      equal('the ids of the list', idsOf(await store.list()).toSorted(), ['a/0', 'a/1'])
      await store.log('a').append([startOf('anew', 3)])
      same('load', await store.log('a').load(), [startOf('anew', 3)])
      equal('the agent', (await store.summary('a'))?.agent, 'anew')
    },
  ],
  [
    'a run that is owned is not deleted',
    async ({ store }) => {
      const log = store.log('a')
      await log.append([start])
      await refusedBy('delete', ['log_owned'], () => store.delete('a'))
      await log.append([note(1)])
      same('load', await store.log('a').load(), [start, note(1)])
      await log.append([end(2)])
      equal('delete after the end', await store.delete('a'), true)
    },
  ],
  [
    'a log that was deleted takes no later fact, and is not made again by it',
    async ({ store }) => {
      await store.log('a').append([start, pause(1)])
      const loaded = store.log('a')
      await loaded.load()
      await store.delete('a')
      for (const log of [loaded, store.log('a')])
        await refusedBy('append', codes, async () => log.append([note(2), end(3)]))
      same('load', await store.log('a').load(), [])
      equal('list', await store.list(), { data: [] })
    },
  ],
  [
    'a refusal has the code `log_owned` or `log_conflict`',
    async ({ store }) => {
      await store.log('owned').append([start])
      await refusedBy('append to an owned log', codes, async () => store.log('owned').append([note(1)]))
      await store.log('ended').append([start, end(1)])
      await refusedBy('append of a number that is taken', codes, async () => store.log('ended').append([note(1)]))
      await refusedBy('append of a later fact', codes, async () => store.log('ended').append([note(7)]))
      await refusedBy('append of a second start', codes, async () => store.log('ended').append([start]))
      same('load', await store.log('ended').load(), [start, end(1)])
    },
  ],
]

export const codes = ['log_owned', 'log_conflict']

/** The ids of the runs of the times 0 to 19 that a filter selects, from the newest on. */
const wanted = (isWanted: (at: number) => boolean): string[] =>
  Array.from({ length: 20 }, (_, at) => at)
    .filter(isWanted)
    .map((at) => `run ${at}`)
    .toReversed()

/** The ids of all pages. */
async function pages(
  store: CheckedStore,
  query: CheckedQuery,
  between: () => Promise<void> = async () => {},
): Promise<string[]> {
  const seen: string[] = []
  for (let after: string | undefined, page = 0; page < 50; page++) {
    const { data, next } = await store.list({ ...query, after })
    seen.push(...data.map(({ id }) => id))
    if (next === undefined) return seen
    after = next
    await between()
  }
  throw new Error(`The pages do not end: ${excerpt(seen)}.`)
}

const idsOf = ({ data }: { readonly data: readonly CheckedSummary[] }): string[] => data.map(({ id }) => id)

/** Throws unless it rejects with one of these codes. */
export async function refusedBy(what: string, allowed: readonly string[], run: () => unknown): Promise<void> {
  let value: unknown
  try {
    value = await run()
  } catch (error) {
    const { code } = error as { readonly code?: string }
    if (allowed.includes(code ?? '')) return
    throw new Error(
      `The error of ${what} has the code ${JSON.stringify(code)}; it must be ${allowed.join(' or ')} (\`LogError\` of @toolloop/store).`,
      { cause: error },
    )
  }
  throw new Error(`${what} resolved to ${JSON.stringify(value)}; it must reject with ${allowed.join(' or ')}.`)
}

export function equal(what: string, actual: unknown, expected: unknown): void {
  const [is, must] = [sorted(actual), sorted(expected)]
  if (is !== must) throw new Error(`${what} is ${excerpt(is)}; it must be ${excerpt(must)}.`)
}

/** JSON with sorted keys and without absent fields. */
function sorted(value: unknown): string | undefined {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}
