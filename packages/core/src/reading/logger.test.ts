import { tool } from '@toolloop/schema'
import { calls, reply, scriptedModel, text, toolResults } from '@toolloop/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { agent, type Fact, logger, type LoggerOptions, memoryLog, type RunEvent } from '../index.ts'

/** Settles when `pay` runs, so that the order of the results is known. */
let paying = Promise.withResolvers<void>()

const look = tool({
  name: 'look',
  effects: 'none',
  execute: async () => {
    await paying.promise
    paying = Promise.withResolvers()
    return 'seen\n\u001B[2Jtwice'
  },
})
const pay = tool({
  name: 'pay',
  needsApproval: true,
  execute: () => {
    setTimeout(() => paying.resolve())
    throw new Error('no money')
  },
})
const worker = agent({
  name: 'worker',
  model: scriptedModel(
    (request) =>
      toolResults(request).length > 0
        ? text('All\u0007 done.')
        : calls(
            [
              { name: 'look', args: {}, id: 'l1' },
              { name: 'pay', args: {}, id: 'p1' },
            ],
            { content: 'I look.' },
          ),
    { deltaSize: 3 },
  ),
  tools: [look, pay],
})

function output(isTTY?: boolean) {
  const written: string[] = []
  const listeners: ((error: Error) => void)[] = []
  return {
    written,
    listeners,
    fail: (error: Error) => listeners.forEach((listener) => listener(error)),
    out: {
      write: (part: string) => written.push(part),
      on: (_: 'error', one: (e: Error) => void) => listeners.push(one),
      isTTY,
    },
  }
}

async function logged(options: LoggerOptions = {}, isTTY = false) {
  const { out, written } = output(isTTY)
  const log = logger(out, options)
  for await (const event of worker.stream('go', { approver: () => ({ approve: true }) })) log(event)
  return written.join('').replaceAll(/\d+ ms/g, 'N ms')
}

afterEach(() => vi.unstubAllEnvs())

describe('logger', () => {
  it('shows steps, text, early calls, decisions and results', async () => {
    expect((await logged()).split('\n')).toEqual([
      '',
      'step 1 scripted',
      'I look.',
      '  → look({}) while the model is still talking',
      '  ? pay({}) waits for a decision',
      '  ! p1 is approved',
      '  → pay({})',
      '  ✗ pay N ms no money',
      '  ✓ look N ms seen [2Jtwice',
      '',
      'step 2 scripted',
      'All done.',
      '',
    ])
  })

  it('shows failures only at `error`, and more at `debug`', async () => {
    expect(await logged({ level: 'error' })).toMatch(/^ {2}✗ pay N ms [^\n]*no money\n$/)
    expect(await logged({ level: 'debug' })).toMatch(/call l1 is complete\n[^]*\d+ \+ \d+ tokens/)
  })

  it('uses colours on a terminal only, and not with NO_COLOR', async () => {
    expect(await logged({}, true)).toContain('\u001B[32m✓\u001B[0m look')
    expect(await logged()).not.toContain('\u001B')
    vi.stubEnv('NO_COLOR', '1')
    expect(await logged({}, true)).not.toContain('\u001B')
  })

  it('writes nothing more behind a closed pipe, and does not hide other errors', () => {
    const { out, written, fail } = output()
    const log = logger(out)
    const start = { seq: 0, at: 0, run: 'r', path: '', type: 'run.resume' } as unknown as RunEvent
    log(start)
    expect(() => fail(Object.assign(new Error('disk'), { code: 'EIO' }))).toThrow('disk')
    fail(Object.assign(new Error('pipe'), { code: 'EPIPE' }))
    log(start)
    logger(out)(start)
    expect(written).toEqual(['resumed\n'])
  })

  it('indents the runs inside a run under their paths, and shows a log as it shows a stream', async () => {
    const { out, written } = output()
    const log = memoryLog()
    await worker.with({ model: scriptedModel([reply({ content: '{"a":1}' })]) }).run('go', { log })
    const nested = log.facts.map((fact) => ({ ...fact, path: 'research/0:c1' }))
    for (const fact of [...nested, { ...nested[0], type: 'weather.report' } as unknown as Fact]) logger(out)(fact)
    expect(written.join('')).toBe(
      `    research/0:c1 worker begins\n    research/0:c1 step 1 scripted\n    research/0:c1 done {"a":1}\n`,
    )
  })

  it.each([undefined, 'plain'] as const)('shows the texts of a log, each once (%s answers)', async (wire) => {
    const { out, written } = output()
    const log = memoryLog()
    await worker.with({ ...(wire && { wire }) }).run('go', { log, approver: () => ({ approve: true }) })
    const write = logger(out)
    for (const fact of log.facts) write(fact)
    const read = (all: string) =>
      all
        .replaceAll(/\d+ ms/g, 'N ms')
        .split('\n')
        .toSorted()
    expect(read(written.join(''))).toEqual(
      read((await logged()).replace(wire ? ' while the model is still talking' : '', '')),
    )
    expect(written.join('')).toMatch(/step 1 scripted\nI look\.\n {2}→ look[^]*\nstep 2 scripted\nAll done\.\n$/)
  })

  it('adds one listener to an output, however many runs are logged to it', () => {
    const { out, listeners } = output()
    for (let runs = 0; runs < 20; runs++) logger(out)
    expect(listeners).toHaveLength(1)
  })

  it('rejects an unknown level', () => {
    expect(() => logger({ write: () => true }, { level: 'trace' as never })).toThrow(
      'The logger: `level` is "trace"; it must be "error" or "info" or "debug".',
    )
  })
})

describe('guardrails', () => {
  const checked = (level: LoggerOptions['level'], verdict: 'trip' | 'reject' | 'replace' | 'pass') => {
    const written: string[] = []
    const fact = {
      seq: 0,
      at: 0,
      run: 'r',
      path: '',
      type: 'guardrail.done',
      guardrail: 'no_iban',
      on: 'toolCall',
      step: 0,
      verdict,
      reason: 'An IBAN.',
      ms: 1,
    } as const satisfies Fact
    logger({ write: (line) => written.push(line) }, { level })(fact)
    return written.join('')
  }
  it.each([
    ['trip', 'error'],
    ['reject', 'info'],
    ['replace', 'info'],
    ['pass', 'debug'],
  ] as const)('that answer `%s` are shown from the level `%s` on', (verdict, least) => {
    const levels = ['error', 'info', 'debug'] as const
    for (const level of levels) {
      const isShown = levels.indexOf(level) >= levels.indexOf(least)
      expect(checked(level, verdict)).toBe(isShown ? `  guardrail no_iban on toolCall: ${verdict} (An IBAN.)\n` : '')
    }
  })
})
