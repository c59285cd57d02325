// Logs that are damaged, hostile or very long.
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe as described, type Fact, readRun } from '@toolloop/core'
import { describe, expect, it } from 'vitest'
import { writeExampleLog } from '../../../../scripts/example-logs.ts'
import { eventually, folder, hasBrowser, linesOf, open, rowsOf, show, useBrowser } from '../test/browser.ts'
import { factsIn, longLog } from '../test/logs.ts'

useBrowser()
const logOf = (example: string): Promise<string> => writeExampleLog(example, mkdtempSync(join(folder, 'log-')))

const attack = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"><svg onload=alert(3)>$&javascript:alert(4)`
/** Fields that hold text of models, tools and users. */
const texts = new Set([
  'name',
  'stage',
  'path',
  'model',
  'content',
  'arguments',
  'text',
  'message',
  'callId',
  'id',
  'run',
  'cause',
  'servedBy',
])

/** The facts with the attack behind each text, the same everywhere, so that they still fit together. */
const poisoned = (facts: readonly Fact[]): Fact[] =>
  facts.map(
    (fact) =>
      JSON.parse(JSON.stringify(fact), (key, value: unknown) =>
        typeof value === 'string' && texts.has(key) && value !== '' ? value + attack : value,
      ) as Fact,
  )

describe.skipIf(!hasBrowser)('the viewer of difficult logs', () => {
  it.each(['approval', 'batch', 'fallback'])(
    'runs nothing that a log holds: names, arguments, results, agents, stages, paths, files (%s)',
    async (example) => {
      const facts = poisoned(factsIn(readFileSync(await logOf(example), 'utf8'))).slice(0, 50)
      await using page = await open({ [`${attack}.jsonl`]: linesOf(facts), 'b.jsonl': linesOf(facts.slice(0, 4)) })
      await page.locator('.row').first().waitFor()
      const [head, ...rest] = (await described(facts)).split('\n')
      expect(head).toContain(attack)
      expect(await page.locator('h1').textContent()).toBe(head)
      expect(await rowsOf(page)).toEqual(rest)
      await page.getByRole('listbox').focus()
      for (let at = 0; at < facts.length; at++) await page.keyboard.press('ArrowDown')
      for (const view of ['Lanes', 'Steps', 'Compare', 'Tree']) await show(page, view)
      await page
        .locator('.row')
        .last()
        .click({ position: { x: 5, y: 5 } })
      await show(page, 'Facts')
      await page.getByRole('searchbox').fill(attack)
      expect(await page.locator('img, svg[onload], iframe, script').count()).toBe(2) // the page's own script and its data
    },
    60_000,
  )

  it('opens a damaged log up to the damage, and says so; of no log it says why', async () => {
    const all = readFileSync(await logOf('crash'), 'utf8').split('\n')
    await using page = await open({ 'torn.jsonl': [...all.slice(0, 5), all[5]!.slice(0, 9)].join('\n') })
    expect(await page.getByRole('alert').textContent()).toMatch(/The last line is incomplete/)
    expect(await page.locator('.row').count()).toBe(5)
    await using foreign = await open({ 'page.jsonl': '<html>\n' })
    expect(await foreign.getByRole('alert').textContent()).toBe('page.jsonl: The log is damaged: line 1 is not a fact.')
  }, 60_000)

  it('works with facts of newer versions, and with facts inside the run that lack fields', async () => {
    const facts = factsIn(readFileSync(await logOf('crash'), 'utf8'))
    const { at, run } = facts[0]!
    const odd = [
      { type: 'weather.report', path: '', sky: { type: 'img', props: { src: 'x' } } },
      { type: 'stage.start', path: '' },
      { type: 'step.start', path: 'x', step: 0, model: 'm', tools: [] },
      { type: 'step.done', path: 'y', step: 0, message: { role: 'assistant', content: 'Hi.' }, usage: null },
      { type: 'tool.done', path: 'z', step: 3, callId: 'c', name: 'n', ok: true, content: 'x', ms: 1 },
    ].map((fact, index) => ({ ...fact, seq: facts.length + index, at, run }))
    await using page = await open({ 'odd.jsonl': linesOf([...facts, ...odd]) })
    await eventually(() => page.locator('.row').count()).toBe(facts.length + odd.length)
    for (let index = 0; index < odd.length; index++) {
      await page
        .locator('.row')
        .nth(facts.length + index)
        .click()
      expect(await page.locator('aside h2').textContent()).toBe(`${facts.length + index} ${odd[index]!.type}`)
    }
    for (const view of ['Lanes', 'Steps', 'Tree', 'Compare']) await show(page, view)
  }, 60_000)

  it('scrolls over 10,000 facts: each frame shows the rows of its place', async () => {
    await using page = await open({ 'long.jsonl': linesOf(await longLog(10_000)) }, { height: 900 })
    await page.locator('.row').first().waitFor()
    const frames = await page.locator('.list').evaluate(async (list) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
      const seen: { isCovered: boolean; rows: number }[] = []
      for (let moves = 0; moves < 100; moves++) {
        list.scrollTop += 2_000
        await frame()
        await frame()
        const { top, bottom, left } = list.getBoundingClientRect()
        const isRow = (y: number): boolean => Boolean(document.elementFromPoint(left + 20, y)?.closest('.row'))
        seen.push({
          isCovered: isRow(top + 5) && isRow(bottom - 30),
          rows: list.querySelectorAll('.row').length,
        })
      }
      return seen
    })
    expect(frames.filter(({ isCovered }) => !isCovered)).toEqual([])
    expect(Math.max(...frames.map(({ rows }) => rows))).toBeLessThan(100)
  }, 60_000)

  it('opens 100,000 facts and keeps few rows in the document', async () => {
    const facts = await longLog(100_000)
    await using page = await open({ 'long.jsonl': linesOf(facts) }, { height: 900 })
    await page.locator('.row').first().waitFor({ timeout: 60_000 })
    await page.getByRole('listbox').focus()
    await page.keyboard.press('End')
    const last = (await readRun(facts)).timeline.at(-1)!
    await eventually(() => page.locator('.row').last().textContent()).toContain(last.text)
    expect(await page.locator('.row').count()).toBeLessThan(100)
  }, 120_000)
})
