// The agent that a module exports.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import * as core from '@toolloop/core'
import { messageOf } from '../log/text.ts'
import { CommandFailure } from './failure.ts'
import { pathOf } from './files.ts'

/** Imports a module: its code runs. @throws CommandFailure when there is no such file, or when it throws */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = pathOf(path)
  if (!existsSync(file)) throw new CommandFailure(`There is no module at ${file}.`)
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw new CommandFailure(`${file} cannot be imported: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * The core that a module's agent was made with. The command may run from a copy of its own, as through `npx`, and a core
 * knows only the agents that it made.
 */
export async function coreOf(path: string): Promise<Pick<typeof core, 'replay'>> {
  const { resolve } = createRequire(pathOf(path))
  for (const name of ['toolloop', '@toolloop/core'])
    try {
      return (await import(pathToFileURL(resolve(name)).href)) as typeof core
    } catch {
      // The module imports the other one, or none.
    }
  return core
}

/** The exported agent with the name that the log says. @throws CommandFailure that lists the agents there are */
export async function agentIn(path: string, name: string): Promise<core.AnyAgent> {
  const agents = Object.values(await importModule(path)).filter(isAgent)
  const found = agents.find((one) => one.name === name)
  if (found) return found
  const others = agents.map((one) => one.name).join(', ')
  throw new CommandFailure(
    `${pathOf(path)} exports no agent named ${JSON.stringify(name)}, which the log is of; it exports ${others || 'no agent'}.`,
  )
}

const isAgent = (value: unknown): value is core.AnyAgent =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'stream' in value &&
  typeof value.stream === 'function'
