import type { RunStore } from '../index.ts'

type Kind = 'list' | 'summary' | 'delete' | 'load' | 'append'

/** A store that calls `before` ahead of each of its operations, with the number of the operation from 0. */
export function steppedStore(runs: RunStore, before: (step: number, kind: Kind) => void | Promise<void>): RunStore {
  let steps = 0
  const step = async <T>(kind: Kind, run: () => T | Promise<T>): Promise<T> => {
    await before(steps++, kind)
    return run()
  }
  return {
    list: (query) => step('list', () => runs.list(query)),
    summary: (id) => step('summary', () => runs.summary(id)),
    delete: (id) => step('delete', () => runs.delete(id)),
    log: (id) => {
      const log = runs.log(id)
      return { load: () => step('load', () => log.load()), append: (facts) => step('append', () => log.append(facts)) }
    },
  }
}
