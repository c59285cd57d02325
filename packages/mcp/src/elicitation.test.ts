// A server asks a person in the middle of a call: the process is killed, another one answers, and there is one effect.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, 'test/elicitation.ts')
const start = (...args: readonly string[]) =>
  spawn(process.execPath, ['--conditions=@toolloop/source', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })

async function firstLine(child: ReturnType<typeof start>): Promise<string> {
  let text = ''
  for await (const piece of child.stdout) {
    text += String(piece)
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}

it('a question survives SIGKILL, is answered by another process, and has one effect', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'toolloop-mcp-'))
  try {
    const first = start('start', folder)
    const request = JSON.parse(await firstLine(first)) as unknown
    expect(request).toMatchObject({
      type: 'approval.request',
      kind: 'input',
      name: 'pay',
      input: {
        request: { account: { method: 'elicitation/create', params: { message: 'Which account?' } } },
        state: { requestState: 'payment-7' },
      },
    })
    const exit = once(first, 'exit')
    first.kill('SIGKILL')
    await exit
    expect(await firstLine(start('answer', folder))).toBe('done "paid from A1"')
    expect(await readFile(join(folder, 'paid.txt'), 'utf8')).toBe('A1 payment-7\n')
    const log = (await readFile(join(folder, 'run.jsonl'), 'utf8')).trim().split('\n')
    const facts = log.map((line) => JSON.parse(line) as { type: string; at: number })
    const [asked, decided] = ['approval.request', 'approval.decision'].map((type) =>
      facts.find((one) => one.type === type),
    )
    expect(decided!.at - asked!.at).toBeGreaterThanOrEqual(3_600_000)
  } finally {
    await rm(folder, { recursive: true })
  }
})
