// Sessions whose process is killed, and which another process finishes. Counts what they left.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messagesFrom } from '@toolloop/core/machine'
import { sessionStore } from '../index.ts'
import { converse, turns } from './chatter.ts'
import { bundle } from './crash.ts'
import { type Kind, linesOf, openStore } from './stores.ts'

export interface SessionCounts {
  kills: number
  /** Payments with an unknown outcome, which the model read. */
  unknown: number
  /** What was wrong. */
  readonly broken: string[]
}

export const moments = ['before', 'written', 'acknowledged'] as const

export interface SessionCrashes {
  /** How often a session appends that is not killed. */
  measure(kind: Kind): Promise<number>
  /** Kills the process around an append, and goes on in this process. */
  kill(kind: Kind, append: number, moment: (typeof moments)[number], counts: SessionCounts): Promise<void>
  close(): void
}

export async function sessionCrashes(): Promise<SessionCrashes> {
  const root = mkdtempSync(join(tmpdir(), 'toolloop-session-crash-'))
  const program = await bundle('session-program', root)
  const converseIn = (args: readonly string[]): Promise<{ output: string; signal: string | null }> =>
    new Promise((resolve) => {
      const options = { timeout: 60_000 }
      const child = execFile(process.execPath, ['--no-warnings', program, ...args], options, (_, output) =>
        resolve({ output, signal: child.signalCode }),
      )
    })
  const newFolder = (): string => mkdtempSync(join(root, 'session-'))
  return {
    measure: async (kind) => Number((await converseIn([kind, newFolder()])).output),
    async kill(kind, append, moment, counts) {
      const folder = newFolder()
      const { signal } = await converseIn([kind, folder, String(append), moment])
      if (signal !== 'SIGKILL') counts.broken.push(`append ${append}: not killed`)
      counts.kills++
      for (const what of await finish(kind, folder, counts)) counts.broken.push(`${append} ${moment}: ${what}`)
      rmSync(folder, { recursive: true, force: true })
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Goes on where the killed process stopped. Returns what is wrong. */
async function finish(kind: Kind, folder: string, counts: SessionCounts): Promise<string[]> {
  const wrong: string[] = []
  const runs = openStore(kind, folder)
  const store = sessionStore(runs)
  try {
    const [found] = (await store.list()).data
    if (found?.status === 'running') wrong.push('listed as running')
    for (const line of linesOf(join(folder, 'acknowledged'))) {
      const [id = '', seq] = line.split(' ')
      if (!(await runs.log(id).load()).some((fact) => fact.seq === Number(seq))) wrong.push(`${line} is lost`)
    }
    await converse(store, join(folder, 'effects'))
    const session = await sessionStore(runs).open('chat')
    messagesFrom(session.messages) // throws for messages that cannot be sent
    const asked = session.messages.flatMap(({ role, content }) => (role === 'user' ? [content] : []))
    const expected = Array.from({ length: turns }, (_, turn) => `Turn ${turn}`)
    if (JSON.stringify(asked) !== JSON.stringify(expected)) wrong.push(`turns: ${JSON.stringify(asked)}`)
    if (session.turns.some(({ status }) => status !== 'done')) wrong.push(`status: ${JSON.stringify(session.turns)}`)
    wrong.push(...(await payments(session, linesOf(join(folder, 'effects')), counts)))
  } catch (error) {
    wrong.push(String(error))
  } finally {
    runs.close?.()
  }
  return wrong
}

/** Each payment is made once, or its outcome is reported as unknown. */
async function payments(
  session: Awaited<ReturnType<typeof converse>>,
  paid: readonly string[],
  counts: SessionCounts,
): Promise<string[]> {
  const wrong: string[] = []
  if (new Set(paid).size < paid.length) wrong.push('paid twice')
  const begun = new Set<string>()
  for (const { turn } of session.turns)
    for (const fact of await session.log(turn).load()) {
      if (fact.type === 'tool.start') begun.add(fact.idempotencyKey)
      if (fact.type !== 'tool.done') continue
      if (fact.ok && !paid.some((key) => key.startsWith(`${fact.run}/`))) wrong.push(`turn ${turn} is not paid`)
      if (!fact.ok) counts.unknown++
    }
  for (const key of paid) if (!begun.has(key)) wrong.push(`${key} was paid without a fact`)
  return wrong
}
