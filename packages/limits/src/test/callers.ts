// Four processes that call one server under one shared limit.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { CallerJob, CallerReport } from './caller-program.ts'

export interface Caller {
  begin(job: CallerJob): void
  /** Ends its runs. It may begin another job. */
  stop(): Promise<CallerReport>
  /** SIGKILL. */
  kill(): Promise<void>
}

const timeLimit = 30_000

/** Resolves when the process is ready for a job. It is killed with this one. */
export async function startCaller(): Promise<Caller> {
  const child = fork(join(import.meta.dirname, 'caller-program.ts'), {
    execArgv: ['--conditions=@toolloop/source', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const atExit = (): void => void child.kill('SIGKILL')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
  await message(child)
  return {
    begin: (job) => void child.send(job),
    async stop() {
      child.send('stop')
      return (await message(child)) as CallerReport
    },
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`A caller ${why}.`))
    }
    const limit = setTimeout(() => fail(`did not answer within ${timeLimit} ms`), timeLimit)
    const ended = (): void => fail('ended without an answer')
    child.once('exit', ended)
    child.once('message', (answer) => {
      clearTimeout(limit)
      child.off('exit', ended)
      resolve(answer)
    })
  })
}
