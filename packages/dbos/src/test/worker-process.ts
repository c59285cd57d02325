// Worker processes that a test starts and kills.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface WorkerSettings {
  readonly DATABASE: string
  readonly EFFECTS?: string
  /** Of the worker with the agents of examples: the folder that they see, and the URL of their model. */
  readonly FOLDER?: string
  readonly MODEL?: string
  readonly DELAY?: string
  readonly DRAIN?: string
  readonly LEASE?: string
  readonly EXECUTOR?: string
}

const living = new Set<WorkerProcess>()

export class WorkerProcess implements AsyncDisposable {
  readonly #process: ChildProcess

  constructor(process: ChildProcess) {
    this.#process = process
    living.add(this)
  }

  /** Resolves when the worker serves. */
  static async start(settings: WorkerSettings, program = 'worker.ts'): Promise<WorkerProcess> {
    const path = new URL(program, import.meta.url).pathname
    const child = spawn(process.execPath, ['--conditions=@toolloop/source', path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DELAY: '3', LEASE: '1500', ...settings },
    })
    const worker = new WorkerProcess(child)
    const lines = createInterface({ input: child.stdout })
    const exited = once(child, 'exit').then(() => Promise.reject(new Error('The worker ended before it served.')))
    await Promise.race([once(lines, 'line'), exited])
    exited.catch(() => {})
    return worker
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
    living.delete(this)
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill(signal)
    await exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
