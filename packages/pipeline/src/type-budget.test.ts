// Pipelines must be cheap to check: a stage costs the compiler some hundreds of instantiations, however many there are.
import { rmSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { each, instantiationsOf, programFolder } from '../../../scripts/type-cost.ts'

const folder = programFolder(import.meta.dirname)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = { types: ['node'], include: ['../../../transport/src/http/*.d.ts'] }
const stages = (count: number): number =>
  instantiationsOf(
    folder,
    `import { pipe, type StageContext } from '../../src/index.ts'
${each(count, (at) => `declare const stage${at}: (input: { n${at}: number }, stage: StageContext<{ c${at}: string }>) => { n${at + 1}: number }\n`)}
void pipe(${each(count, (at) => `stage${at}, `)}).run({ n0: 1 }, { context: { ${each(count, (at) => `c${at}: '', `)} } })
`,
    options,
  )

it('costs some hundreds of instantiations a stage, with 20 stages too', () => {
  const [two, ten, twenty] = [stages(2), stages(10), stages(20)]
  const [first, second] = [(ten - two) / 8, (twenty - ten) / 10]
  expect(first).toBeLessThan(400)
  expect(second).toBeLessThan(first * 1.2 + 100)
}, 120_000)
