// Starts workers as processes, and kills them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface WorkerProcess {
  readonly name: string
  readonly port: number
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>
}

/** Resolves when the worker listens. */
export async function startWorker(name: string, environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'worker.ts')], {
    env: { ...process.env, ...environment, FLEET_WORKER: name },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return { name, port: await portOf(child, name), kill: () => kill(child) }
}

async function portOf(child: ChildProcess, name: string): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) return Number(line)
  throw new Error(`${name} ended before it listened.`)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
