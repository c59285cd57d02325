// Worker processes that a test starts and kills.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const living = new Set<WorkerProcess>()

export class WorkerProcess implements AsyncDisposable {
  /** What it printed when it served. */
  readonly line: string
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, line: string) {
    this.#process = process
    this.line = line
    living.add(this)
  }

  /** Resolves when the program has printed a line: it serves. */
  static async start(program: URL, environment: Readonly<Record<string, string>>): Promise<WorkerProcess> {
    const child = spawn(process.execPath, ['--conditions=@toolloop/source', program.pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    })
    const atExit = (): void => void child.kill('SIGKILL')
    process.once('exit', atExit)
    child.once('exit', () => process.off('exit', atExit))
    for await (const line of createInterface({ input: child.stdout })) return new WorkerProcess(child, line)
    throw new Error('The worker ended before it served.')
  }

  static async killAll(): Promise<void> {
    await Promise.all([...living].map((worker) => worker.end('SIGKILL')))
  }

  /** Resolves when the process has ended by itself. */
  async ended(): Promise<void> {
    living.delete(this)
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit')
  }

  /** It does nothing, and its connections stay open. */
  suspend(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill(signal)
    await this.ended()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
