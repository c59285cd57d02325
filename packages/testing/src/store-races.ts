// The cases of several handles on one store.
import { end, note, pause, same, start } from './log-facts.ts'
import { codes, equal, refusedBy, startOf } from './store-cases.ts'
import type { CheckedStore, StoreBody, StoreCase } from './checked-store.ts'

const rounds = 10

export const shared: readonly StoreBody[] = [
  [
    'another handle sees runs, their ends and their deletion',
    async ({ store, again }) => {
      const other = await again()
      await store.log('a').append([start, end(1)])
      same('load', await other.log('a').load(), [start, end(1)])
      equal('summary', await other.summary('a'), await store.summary('a'))
      equal('list', await other.list(), await store.list())
      equal('delete', [await other.delete('a'), await store.delete('a')], [true, false])
      equal('list', await store.list(), { data: [] })
    },
  ],
  [
    'a run that another handle owns is running, and neither started, continued nor deleted',
    async ({ store, again }) => {
      const other = await again()
      const log = store.log('a')
      await log.append([start])
      equal('status', (await other.summary('a'))?.status, 'running')
      await refusedBy('a second start', codes, async () => other.log('a').append([start]))
      await refusedBy('append', codes, async () => other.log('a').append([note(1)]))
      await refusedBy('delete', ['log_owned'], () => other.delete('a'))
      await log.append([pause(1)])
      equal('status', (await other.summary('a'))?.status, 'approval')
      await other.log('a').append([note(2), end(3)])
      same('load', await store.log('a').load(), [start, pause(1), note(2), end(3)])
    },
  ],
  [
    'of several that start one run one wins',
    async ({ again }) => {
      const handles = [await again(), await again(), await again()]
      for (let round = 0; round < rounds; round++) {
        const id = `run ${round}`
        const first = handles.map((_, at) => startOf(`agent ${at}`, at))
        const winners = await winnersOf(handles.map((handle, at) => async () => handle.log(id).append([first[at]!])))
        if (winners.length !== 1) throw new Error(`${winners.length} of 3 have started one run; it must be one.`)
        same('load', await handles[0]!.log(id).load(), [first[winners[0]!]!])
      }
    },
  ],
  [
    'of one that deletes a run and one that continues it one wins',
    async ({ store, again }) => {
      const [one, two] = [await again(), await again()] as const
      for (let round = 0; round < rounds; round++) {
        const id = `run ${round}`
        await store.log(id).append([start, pause(1)])
        const log = two.log(id)
        await log.load()
        const deletes = async (): Promise<unknown> => one.delete(id)
        const continues = async (): Promise<void> => log.append([note(2)])
        const isFirst = round % 2 === 0
        const winners = await winnersOf(isFirst ? [deletes, continues] : [continues, deletes])
        if (winners.length !== 1)
          throw new Error(`${winners.length} of a delete and an append have succeeded; it must be one.`)
        const isDeleted = (winners[0] === 0) === isFirst
        same('load', await store.log(id).load(), isDeleted ? [] : [start, pause(1), note(2)])
        equal('summary', (await store.summary(id))?.facts, isDeleted ? undefined : 3)
      }
    },
  ],
  [
    'of several that delete one run one is answered `true`',
    async ({ store, again }) => {
      const handles = [await again(), await again(), await again()]
      for (let round = 0; round < rounds; round++) {
        const id = `run ${round}`
        await store.log(id).append([start, end(1)])
        const answers = await Promise.all(handles.map((handle) => answerOf(handle, id)))
        equal(
          'the answers',
          answers.filter((answer) => answer !== false && answer !== 'log_owned'),
          [true],
        )
      }
    },
  ],
]

/** The positions of those that did not reject. @throws for a rejection without a code */
async function winnersOf(runs: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const ends = await Promise.allSettled(runs.map((run) => run()))
  for (const ended of ends)
    if (ended.status === 'rejected') await refusedBy('the one that loses', codes, () => Promise.reject(ended.reason))
  return ends.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []))
}

async function answerOf(store: CheckedStore, id: string): Promise<unknown> {
  try {
    return await store.delete(id)
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error)
  }
}

export async function abandoned({ store, again }: StoreCase, abandon: (runId: string) => Promise<void>): Promise<void> {
  for (const id of ['continued', 'deleted']) {
    await store.log(id).append([start, note(1)])
    await abandon(id)
    equal('status', (await (await again()).summary(id))?.status, 'interrupted')
  }
  const other = await again()
  const log = other.log('continued')
  same('load', await log.load(), [start, note(1)])
  await log.append([note(2)])
  equal('status', (await other.summary('continued'))?.status, 'running')
  equal('delete', await other.delete('deleted'), true)
  equal('summary', await other.summary('deleted'), undefined)
}
