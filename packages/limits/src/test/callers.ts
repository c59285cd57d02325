// Four processes that call one server under one shared limit.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { CallerJob, CallerReport } from './caller-program.ts'

export interface Caller {
  begin(job: CallerJob): void
  /** Ends its runs. It may begin another job. */
  stop(): Promise<CallerReport>
  /** SIGSTOP: it stands still, and its connections stay open. */
  pause(): void
  /** SIGCONT. */
  goOn(): void
  /** SIGKILL. */
  kill(): Promise<void>
}

const timeLimit = 30_000

/** The program as one file, which starts faster than its sources. */
export async function bundleCaller(): Promise<{ readonly file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'toolloop-callers-'))
  const file = join(folder, 'caller.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'caller-program.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@toolloop/source'],
    external: ['pg-native', 'pg-cloudflare'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
    logLevel: 'error',
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Resolves when the process is ready for a job. It is killed with this one. */
export async function startCaller(program: string): Promise<Caller> {
  const child = fork(program, { execArgv: ['--no-warnings'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
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
    pause: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
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
