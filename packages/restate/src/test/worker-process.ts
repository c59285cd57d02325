// Starts and kills worker processes.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface WorkerProcess {
  readonly port: number
  /** It does nothing, and its connections stay open. */
  suspend(): void
  resume(): void
  kill(): Promise<void>
}

export async function startWorker(environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const file = join(import.meta.dirname, 'worker.ts')
  const child = spawn(process.execPath, ['--conditions=@toolloop/source', '--no-warnings', file], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const atExit = (): void => void child.kill('SIGKILL')
  process.once('exit', atExit)
  return {
    port: await portOf(child),
    suspend: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => kill(child, atExit),
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let output = ''
  child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
    output += piece
    const port = /listening (\d+)\n/.exec(output)?.[1]
    if (port !== undefined) resolve(Number(port))
  })
  child.once('exit', (code) => reject(new Error(`The worker ended with ${code}.`)))
  return await promise
}

async function kill(child: ChildProcess, atExit: () => void): Promise<void> {
  process.off('exit', atExit)
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
