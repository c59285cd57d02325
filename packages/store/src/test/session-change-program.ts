// A process that does one thing with sessions at the given millisecond; or that kills itself at a step of it.
import { join } from 'node:path'
import { type RunStore, sessionStore } from '../index.ts'
import { noter } from './noter.ts'
import { steppedStore } from './stepped-store.ts'
import { type Kind, openStore } from './stores.ts'

export interface ChangeJob {
  readonly kind: Kind
  readonly folder: string
  readonly what: 'run' | 'resume' | 'delete' | 'fork' | 'watch'
  readonly session: string
  /** The id of the fork. */
  readonly to?: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Kills the process before this step. */
  readonly dies?: number
}

/** `value`: what it resolved to. `seen`: the numbers of turns that a reader has seen, of the list and of the session. */
export type ChangeAnswer =
  | { readonly value: unknown; readonly steps: number; readonly seen?: readonly string[] }
  | { readonly refused: string }

async function change({ kind, folder, what, session: id, to, at, dies }: ChangeJob): Promise<ChangeAnswer> {
  const opened = openStore(kind, folder)
  let steps = 0
  const runs = steppedStore(opened, (step) => {
    steps = step + 1
    if (step === dies) die()
  })
  const store = sessionStore(runs)
  const noting = noter(opened, join(folder, 'notes'), false)
  try {
    while (Date.now() < at); // all go on in the same millisecond
    if (what === 'watch') return { value: 'watched', steps, seen: await watch(opened, id, at) }
    if (what === 'delete') return { value: await store.delete(id), steps }
    const session = await store.open(id)
    if (what === 'fork') return { value: (await session.fork({ id: to })).turns.length, steps }
    const decisions = Object.fromEntries(session.requests.map((one) => [one.id, { approve: true } as const]))
    const result =
      what === 'run' ? await session.run(noting, 'New') : await session.run(noting, undefined, { decisions })
    return { value: result.status, steps }
  } finally {
    opened.close?.()
  }
}

/** Looks at the session for some milliseconds, by an open store and by new ones. */
async function watch(runs: RunStore, id: string, from: number): Promise<string[]> {
  const seen = new Set<string>()
  const known = sessionStore(runs)
  while (Date.now() < from + 30) {
    const one = Math.random() < 0.5 ? known : sessionStore(runs)
    const { turns, messages } = await one.open(id)
    seen.add(`open ${turns.length} ${messages[0]?.content as string}`)
    const listed = (await one.list()).data.find((each) => each.id === id)
    seen.add(`list ${listed?.turns ?? 0}`)
  }
  return [...seen]
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  for (;;); // until the signal is there
}

process.on('message', (job: ChangeJob) => {
  change(job).then(
    (answer) => process.send?.(answer),
    (error: Error & { code?: string }) =>
      process.send?.({ refused: error.code ?? (error.stack as string) } satisfies ChangeAnswer),
  )
})
process.send?.({ value: 'ready', steps: 0 } satisfies ChangeAnswer)
