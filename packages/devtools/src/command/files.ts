// Logs in files, as the commands take them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { PackedRequests } from '../log/requests.ts'
import { type LogText, messageOf, readText } from '../log/text.ts'
import { CommandFailure } from './failure.ts'

/** A path from where the command was called: a package manager runs programs in its own folder. */
export const pathOf = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path)

/** The log files at a path: the file, or the `.jsonl` files of a folder. @throws CommandFailure when there is none */
export function logFiles(path: string): readonly string[] {
  const full = pathOf(path)
  if (!existsSync(full)) throw new CommandFailure(`There is no log at ${full}.`)
  if (!statSync(full).isDirectory()) return [full]
  const files = readdirSync(full).filter((name) => name.endsWith('.jsonl'))
  if (files.length === 0) throw new CommandFailure(`The folder ${full} has no .jsonl file.`)
  return files.toSorted().map((name) => join(full, name))
}

export interface NamedText {
  readonly name: string
  readonly path: string
  readonly text: string
  /** The bodies of its requests, where the agent is known. */
  readonly requests?: PackedRequests | undefined
}

export const textOf = (path: string): NamedText => ({ name: basename(path), path, text: readFileSync(path, 'utf8') })

/** Reads one log, up to its damage if it is damaged. @throws CommandFailure for a missing, empty or foreign file */
export async function readLogFile(path: string): Promise<LogText & { readonly path: string }> {
  const [file = '', ...more] = logFiles(path)
  if (more.length > 0) throw new CommandFailure(`${pathOf(path)} is a folder with several logs: name one of them.`)
  try {
    return { ...(await readText(readFileSync(file, 'utf8'))), path: file }
  } catch (error) {
    throw new CommandFailure(`${file}: ${messageOf(error)}`, { cause: error })
  }
}
