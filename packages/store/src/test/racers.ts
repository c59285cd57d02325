// Processes that answer jobs. Each answer has a time limit, and a process that ends instead of answering reports why.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface Racer<Job, Answer> {
  readonly pid: number
  /** Rejects when the process ends first or takes too long; the error has its exit code and what it printed. */
  ask(job: Job): Promise<Answer>
  /** Ends the process; kills it when it does not end by itself. */
  close(): Promise<void>
}

const answerLimit = 40_000
const exitLimit = 5000

/** Starts a process that sends a first message when it is ready. */
export async function startRacer<Job extends object, Answer>(program: string): Promise<Racer<Job, Answer>> {
  const child = fork(program, { execArgv: ['--no-warnings'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => printed.push(data.toString()))
  const gone = once(child, 'exit')
  const answer = (job?: Job): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(limit)
        child.off('message', answered).off('close', ended).off('error', failed)
      }
      const answered = (message: unknown): void => {
        settle()
        resolve(message as Answer)
      }
      const failed = (error: Error): void => {
        settle()
        reject(error)
      }
      const ended = (): void => failed(new Error(`The process ${nameOf(child)} did not answer.\n${printed.join('')}`))
      const limit = setTimeout(() => {
        child.kill('SIGKILL')
        failed(new Error(`The process ${child.pid} did not answer within ${answerLimit} ms.\n${printed.join('')}`))
      }, answerLimit)
      child.on('message', answered).on('close', ended).on('error', failed)
      if (hasEnded(child)) ended()
      else if (job) child.send(job, (error) => error && failed(error))
    })
  await answer()
  return {
    pid: child.pid!,
    ask: answer,
    async close() {
      if (child.connected) child.disconnect()
      const limit = setTimeout(() => child.kill('SIGKILL'), exitLimit)
      await gone
      clearTimeout(limit)
    },
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const nameOf = ({ pid, exitCode, signalCode }: ChildProcess): string =>
  `${pid}, which ended with ${signalCode ?? `exit code ${exitCode}`},`
