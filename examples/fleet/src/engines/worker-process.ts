// Starts workers as processes, and kills them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface WorkerProcess {
  readonly name: string
  /** What it printed when it was ready. */
  readonly line: string
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>
}

/** Resolves when both workers take runs. */
export async function startWorkers(
  program: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly [WorkerProcess, WorkerProcess]> {
  const start = (name: string): Promise<WorkerProcess> => startWorker(program, name, environment)
  return await Promise.all([start('worker-1'), start('worker-2')])
}

async function startWorker(
  program: string,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, program)], {
    env: { ...process.env, ...environment, FLEET_WORKER: name },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return { name, line: await lineOf(child, name), kill: () => kill(child) }
}

async function lineOf(child: ChildProcess, name: string): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line
  throw new Error(`${name} ended before it took runs.`)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
