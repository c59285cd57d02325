// The page in a real browser, with logs of the examples.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe as described, type Fact, readRun } from '@toolloop/core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveLive } from '../command/live.ts'
import { buildPage } from '../command/page-build.ts'
import { pageWith } from '../command/page.ts'
import { examplesWithLogs, writeExampleLog } from '../../../../scripts/example-logs.ts'
import { factsIn, longLog } from '../test/logs.ts'

const executablePath = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
if (executablePath === undefined) console.log('No chromium is found (set CHROMIUM to its path): the page is not tested')

const folder = mkdtempSync(join(tmpdir(), 'viewer-'))
let browser: Browser | undefined
beforeAll(async () => {
  if (executablePath) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}, 60_000)
afterAll(() => browser?.close())

const logOf = (example: string): Promise<string> => writeExampleLog(example, mkdtempSync(join(folder, 'log-')))

const lines = (facts: readonly unknown[]): string => facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')

/** Opens a page from a file, as `toolloop view` does. Errors of the page fail the test. */
async function open(texts: Readonly<Record<string, string>>, height = 2000): Promise<Page & AsyncDisposable> {
  const logs = Object.entries(texts).map(([name, text]) => ({ name, path: `/logs/${name}`, text }))
  const file = join(folder, `${crypto.randomUUID()}.html`)
  writeFileSync(file, await pageWith(logs))
  return await openUrl(pathToFileURL(file).href, height)
}

async function openUrl(url: string, height = 2000): Promise<Page & AsyncDisposable> {
  const page = await browser!.newPage({ viewport: { width: 1400, height } })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
  page.on('dialog', (dialog) => {
    problems.push(`a script of the log ran: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  return Object.assign(page, {
    async [Symbol.asyncDispose]() {
      await page.close()
      expect(problems).toEqual([])
    },
  })
}

/** The rows of the list as `describe` writes them. */
const rowsOf = (page: Page): Promise<string[]> =>
  page.locator('.row').evaluateAll((rows) =>
    rows.map((row) => {
      const [time = '', path, text] = ['time', 'path', 'text'].map((name) => row.querySelector(`.${name}`)?.textContent)
      return `${time.padStart(11)}  ${path ? `${path}  ` : ''}${text}`
    }),
  )

const pick = (page: Page, text: string) => page.locator('.row', { hasText: text }).first().click()

it('the page is one file of at most 150 kB that loads nothing', async () => {
  const page = await buildPage()
  expect(Buffer.byteLength(page)).toBeLessThan(150_000)
  expect(page).not.toMatch(/<script src|<link|@import|url\(http/)
})

describe.skipIf(executablePath === undefined)('the viewer', () => {
  it.each(examplesWithLogs)(
    'shows of the log of %s what `describe` says',
    async (example) => {
      const path = await logOf(example)
      const text = readFileSync(path, 'utf8')
      const facts = factsIn(text)
      await using page = await open({ [`${example}.jsonl`]: text }, facts.length * 24 + 400)
      const [head, ...rest] = (await described(facts)).split('\n')
      await page.locator('.row').first().waitFor()
      expect(await page.locator('h1').textContent()).toBe(head)
      expect(await rowsOf(page)).toEqual(rest)
      const { usage, timing } = await readRun(facts)
      const { prompt_tokens: input, completion_tokens: output } = usage.reported ?? {}
      const figures = await page.locator('header .figures').textContent()
      const tokens = usage.reported ? `${input} + ${output} tokens` : 'tokens unknown'
      expect(figures).toContain(`${(timing.ms / 1000).toFixed(3)} s · ${tokens}`)
      if (process.env['SCREENSHOTS'] && example === 'quickstart') await screenshots(page, process.env['SCREENSHOTS'])
    },
    60_000,
  )

  it('shows requests, arguments, results, and commands to copy', async () => {
    await using page = await open({ "it's.jsonl": readFileSync(await logOf('approval'), 'utf8') })
    await pick(page, 'starts')
    expect(await page.locator('aside').textContent()).toContain('"to": "Bob"')
    const commands = await page
      .locator('aside button')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-command')))
    expect(commands).toEqual([
      expect.stringMatching(/^toolloop fork '\/logs\/it'\\''s\.jsonl' --before call_\d+_1$/),
      String.raw`toolloop replay '/logs/it'\''s.jsonl' --agent ./agent.ts`,
    ])
    await pick(page, 'step 1  asks')
    expect(await page.locator('aside').textContent()).toMatch(
      /4 messages, \d+ bytes as JSON; 3 new; the previous request is its beginning/,
    )
    await page.getByRole('button', { name: 'Steps', exact: true }).click()
    expect(await page.locator('tbody tr').count()).toBe(2)
  }, 60_000)

  it('marks calls that started early in the lanes, and exports them as a Chrome trace', async () => {
    const text = readFileSync(await logOf('early-dispatch'), 'utf8')
    await using page = await open({ 'run.jsonl': text })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Chrome trace' }).click(),
    ])
    const trace = JSON.parse(readFileSync(await download.path(), 'utf8')) as {
      traceEvents: { ph: string; name: string }[]
    }
    const names = trace.traceEvents.filter(({ ph }) => ph === 'X').map(({ name }) => name)
    expect(names.toSorted()).toEqual(['chat slow', 'chat slow', 'look_up', 'look_up', 'look_up'])
    await page.getByRole('button', { name: 'Lanes' }).click()
    const early = text.split('\n').filter((line) => line.includes('"call.sealed"')).length
    expect(early).toBeGreaterThan(0)
    expect(await page.locator('rect.early').count()).toBe(early)
  }, 60_000)

  it('opens a damaged log up to the damage, and says so; of no log it says why', async () => {
    const all = readFileSync(await logOf('crash'), 'utf8').split('\n')
    await using page = await open({ 'torn.jsonl': [...all.slice(0, 5), all[5]!.slice(0, 9)].join('\n') })
    expect(await page.getByRole('alert').textContent()).toMatch(/The last line is incomplete/)
    expect(await page.locator('.row').count()).toBe(5)
    await using foreign = await open({ 'page.jsonl': '<html>\n' })
    expect(await foreign.getByRole('alert').textContent()).toBe('page.jsonl: The log is damaged: line 1 is not a fact.')
  }, 60_000)

  it('runs nothing that a log holds', async () => {
    const attack = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"><svg onload=alert(3)>$&javascript:alert(4)`
    const facts = (await longLog(10)).map((fact) => JSON.parse(JSON.stringify(fact), poisoned) as Fact)
    function poisoned(_key: string, value: unknown): unknown {
      return typeof value === 'string' ? value.replaceAll(/Oslo|look_up|scripted|traveller/g, () => attack) : value
    }
    await using page = await open({ [`${attack}.jsonl`]: lines(facts), 'b.jsonl': lines(facts.slice(0, 4)) })
    await page.locator('.row').first().waitFor()
    expect(await page.locator('h1').textContent()).toContain(attack)
    for (let at = 0; at < facts.length; at++)
      await page
        .locator('.row')
        .nth(at)
        .click({ position: { x: 5, y: 5 } })
    for (const view of ['Lanes', 'Steps', 'Compare'])
      await page.getByRole('button', { name: view, exact: true }).click()
    expect(await page.locator('img, svg[onload], script').count()).toBe(2) // the page's own script and its data
  }, 60_000)

  it('works by keyboard and names its parts for screen readers', async () => {
    await using page = await open({ 'run.jsonl': lines(await longLog(2_000)) })
    await page.getByRole('listbox', { name: 'Facts' }).focus()
    await page.keyboard.press('End')
    expect(await page.locator('[aria-selected=true]').getAttribute('aria-posinset')).toBe(
      await page.locator('[aria-selected=true]').getAttribute('aria-setsize'),
    )
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('aside h2').textContent()).toBe('1 step.start')
    expect(await page.getByRole('listbox').getAttribute('aria-activedescendant')).toBe('row-1')
    await page.keyboard.press('/')
    await page.keyboard.type('rome')
    await expect.poll(() => page.getByRole('status').first().textContent()).toMatch(/^\d+ facts$/)
    expect(await page.locator('.row').first().textContent()).toMatch(/Rome/)
  }, 60_000)

  it('opens 100,000 facts and keeps few rows in the document', async () => {
    const facts = await longLog(100_000)
    await using page = await open({ 'long.jsonl': lines(facts) }, 900)
    await page.locator('.row').first().waitFor({ timeout: 60_000 })
    await page.getByRole('listbox').focus()
    await page.keyboard.press('End')
    const last = (await readRun(facts)).timeline.at(-1)!
    await expect.poll(() => page.locator('.row').last().textContent()).toContain(last.text)
    expect(await page.locator('.row').count()).toBeLessThan(100)
  }, 120_000)

  it('shows two logs side by side at their first divergence', async () => {
    const facts = await longLog(30)
    const other = facts.map((fact) => (fact.seq === 12 ? { ...fact, at: 1, type: 'weather.report' } : fact))
    await using page = await open({ 'a.jsonl': lines(facts), 'b.jsonl': lines(other) })
    await page.getByRole('button', { name: 'Compare' }).click()
    await expect.poll(() => page.locator('.compare .hint').textContent()).toMatch(/^The logs agree up to fact 12, /)
    expect(await page.locator('.differs').count()).toBe(2)
  }, 60_000)

  it('follows a run that is still being written', async () => {
    const all = lines(await longLog(12)).split('\n')
    const path = join(folder, 'live.jsonl')
    writeFileSync(path, `${all.slice(0, 3).join('\n')}\n`)
    await using server = await serveLive(path)
    await using page = await openUrl(server.url)
    await expect.poll(() => page.locator('.row').count()).toBe(3)
    appendFileSync(path, `${all.slice(3, 5).join('\n')}\n`)
    await expect.poll(() => page.locator('.row').count()).toBe(5)
  }, 60_000)
})

/** The pictures of the manual: SCREENSHOTS=folder vitest run. */
async function screenshots(page: Page, to: string): Promise<void> {
  mkdirSync(to, { recursive: true })
  await page.setViewportSize({ width: 1100, height: 420 })
  await pick(page, 'asks scripted')
  await page.screenshot({ path: join(to, 'viewer.png') })
  await page.getByRole('button', { name: 'Lanes' }).click()
  await page.screenshot({ path: join(to, 'viewer-lanes.png') })
}
