import { runCommand } from '../index.ts'

/** Runs the command in this process. */
export async function toolloop(...args: readonly string[]): Promise<{ out: string; err: string; code: number }> {
  const written = { out: '', err: '' }
  const code = await runCommand(args, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  })
  return { ...written, code }
}
