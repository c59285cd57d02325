// The logs of the examples, for the tests of whatever reads logs. `src/log.ts` of an example runs it offline.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { RunLog } from 'toolloop'
import { fileLog } from 'toolloop/store'

const folder = resolve(import.meta.dirname, '../examples')

/** `log.ts` of an example. It also exports the agent whose run it writes, which `toolloop replay` takes. */
interface LogModule {
  readonly writeLog: (log: RunLog) => Promise<void>
}

/** The module of an example that writes its log and exports its agent. */
export const logModuleOf = (example: string): string => join(folder, example, 'src/log.ts')

/** The examples that run something, in the order of their names. */
export const examplesWithLogs: readonly string[] = readdirSync(folder)
  .toSorted()
  .filter((name) => existsSync(logModuleOf(name)))

/** Runs an example offline and resolves to the path of its log, `<folder>/<example>.jsonl`. */
export async function writeExampleLog(example: string, to: string): Promise<string> {
  mkdirSync(to, { recursive: true })
  const { writeLog } = (await import(pathToFileURL(logModuleOf(example)).href)) as LogModule
  const log = fileLog(join(to, `${example}.jsonl`))
  await writeLog(log)
  await log.close()
  return log.path
}
