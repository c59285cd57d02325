import { readFileSync } from 'node:fs'
import { lastText, scriptedModel, text } from '@toolloop/testing'
import { type Agent, agent, memoryLog, outputOf } from 'toolloop'
import {
  branch,
  fallback,
  gate,
  loopUntil,
  map,
  parallel,
  pipe,
  retry,
  type StageContext,
  stage,
} from 'toolloop/pipeline'
import { expect, test } from 'vitest'
import { z } from 'zod'

const say = (words: string) => scriptedModel(() => text(words))
/** Its answer is better where the input has a word. */
const sayOf = (word: string, plain: string, better: string) =>
  scriptedModel((asked) => text(lastText(asked).includes(word) ? better : plain))
const { signal } = new AbortController()
const shown: unknown[] = []
const show = (line: unknown): void => void shown.push(line)

/** How many lines of code a region of this file has. */
function linesOf(region: string): number {
  const source = readFileSync(import.meta.filename, 'utf8')
  const [, code = ''] = new RegExp(`#region ${region}\n([^]*?)// #endregion`).exec(source) ?? []
  return code.split('\n').filter((line) => line.trim() !== '').length
}

test('classify, three specialists, merge, evaluate, refine', async () => {
  const Kind = z.object({ kind: z.enum(['bug', 'question']) })
  const classifier = agent({ name: 'classifier', model: say('{"kind":"bug"}'), output: Kind })
  const security = agent({ name: 'security', model: say('No risk.') })
  const performance = agent({ name: 'performance', model: sayOf('Advice', 'Slow.', 'Slow, not cached.') })
  const usability = agent({ name: 'usability', model: say('Unclear.') })
  const merger = agent({ name: 'merger', model: sayOf('cached', 'Slow and unclear.', 'Slow and unclear. Cache it.') })
  const helper = agent({ name: 'helper', model: say('See the manual.') })
  const judge = agent({
    name: 'judge',
    model: sayOf('Cache it.', '{"done":false,"advice":"Say what to do."}', '{"done":true,"advice":""}'),
    output: z.object({ done: z.boolean(), advice: z.string() }),
  })
  const log = memoryLog()

  // #region newcomer
  const kindOf = pipe(classifier, ({ kind }: { kind: 'bug' | 'question' }) => kind)
  const report = pipe(parallel({ security, performance, usability }), (all: object) => JSON.stringify(all), merger)
  const refined = loopUntil(report, judge, {
    max: 3,
    next: ({ output, verdict }) => `${output}\nAdvice: ${verdict.advice}`,
  })
  const support = branch(kindOf, { bug: pipe(refined, ({ output }: { output: string }) => output), question: helper })

  const result = await support.run('The export takes an hour.', { log, signal })
  show(outputOf(result))
  // #endregion
  expect(result).toMatchObject({ status: 'done', output: 'Slow and unclear. Cache it.' })
  expect(Object.keys(result.stages)).toContain('bug/loop#1/stage/parallel/security')

  // #region promises
  async function answer(request: string): Promise<string> {
    const ask = async <Output>(one: Agent<Output>, input: string) => outputOf(await one.run(input, { signal }))
    const { kind } = await ask(classifier, request)
    if (kind === 'question') return ask(helper, request)
    let input = request
    for (let round = 1; ; round++) {
      const [first, second, third] = await Promise.all([
        ask(security, input),
        ask(performance, input),
        ask(usability, input),
      ])
      const output = await ask(merger, JSON.stringify({ security: first, performance: second, usability: third }))
      const verdict = await ask(judge, output)
      if (verdict.done || round === 3) return output
      input = `${output}\nAdvice: ${verdict.advice}`
    }
  }
  show(await answer('The export takes an hour.'))
  // #endregion
  expect(shown.splice(0)).toEqual(['Slow and unclear. Cache it.', 'Slow and unclear. Cache it.'])
  expect(linesOf('newcomer')).toBeLessThan(linesOf('promises'))

  // Its process may die behind any fact: the next one gives the same answer, and asks no model what it has answered.
  for (let length = 1; length < log.facts.length; length++) {
    const from = memoryLog(log.facts.slice(0, length))
    expect(await support.run(undefined, { from })).toMatchObject({ output: 'Slow and unclear. Cache it.' })
    const answers = from.facts.flatMap(({ type, path }) => (type === 'step.done' ? [path] : []))
    expect(new Set(answers).size).toBe(answers.length)
  }
})

test('a batch that resumes', async () => {
  const documents = ['a', 'bb', 'ccc']
  const summarise = agent({ name: 'summarise', model: say('Short.') })
  // #region map
  const batch = map(retry(summarise, { times: 3 }), {
    concurrency: 16,
    interval: 1000,
    intervalCap: 50,
    onFailure: 'settle',
  })
  const log = memoryLog() // or fileLog(path), from `toolloop/store`
  const stream = batch.stream(documents, { log })
  stream.on('stage.progress', ({ done, total }) => show(`${done}/${total}`))
  const result = await stream.result
  // #endregion
  expect(result).toMatchObject({ status: 'done', output: ['Short.', 'Short.', 'Short.'] })
  // #region resume
  const again = await batch.run(undefined, { from: log })
  // #endregion
  expect(again).toMatchObject({ status: 'done', output: ['Short.', 'Short.', 'Short.'] })
})

test('a stage with a context, a limit and a gate', async () => {
  const sent: string[] = []
  interface App {
    readonly send: (text: string, key: string) => void
  }
  // #region context
  const send = stage(
    (letter: string, { context, idempotencyKey }: StageContext<App>) => context.send(letter, idempotencyKey),
    { name: 'send', effects: 'unsafe', limit: { concurrency: 2 }, timeout: 10_000 },
  )
  const mail = pipe((name: string) => `Dear ${name}`, gate(send))
  const paused = await mail.run('Ada', { context: app(), log: memoryLog() })
  // #endregion
  function app(): App {
    return { send: (letter) => void sent.push(letter) }
  }
  expect(paused).toMatchObject({ status: 'approval', requests: [{ name: 'send', arguments: '"Dear Ada"' }] })
  expect(await mail.run('Ada', { context: app(), approver: () => ({ approve: true }) })).toMatchObject({
    status: 'done',
  })
  expect(sent).toEqual(['Dear Ada'])
})

test('a fallback that reads why', async () => {
  const extract = (document: string): { total: number } => {
    throw new Error(`no total in ${document}`)
  }
  // #region fallback
  const safe = fallback(extract, (document: string, { error }: StageContext) => ({ document, problem: error?.message }))
  // #endregion
  expect(await safe.run('x')).toMatchObject({
    output: { document: 'x', problem: 'Stage `extract` failed: no total in x' },
  })
})
