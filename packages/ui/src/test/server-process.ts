// Starts and kills servers of one chat, and posts to them.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const program = join(import.meta.dirname, 'server-program.ts')

export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
}

/** `more`: the store and the milliseconds of a tool. */
export async function start(folder: string, model: string, ...more: string[]): Promise<ServerProcess> {
  const child = fork(program, [folder, model, ...more], {
    execArgv: ['--conditions=@toolloop/source'],
    stdio: 'inherit',
  })
  const [port] = (await once(child, 'message')) as [number]
  return { child, url: `http://127.0.0.1:${port}/api/chat` }
}

export async function kill({ child }: ServerProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** The first message of a chat. */
export const ask = (url: string, id = 'c1'): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Orders?' }] }],
    }),
  })
