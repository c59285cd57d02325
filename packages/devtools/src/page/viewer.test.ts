// The page in a real browser, with the logs of all examples.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agent, describe as described, memoryLog, readRun, replay } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { examplesWithLogs, logModuleOf, writeExampleLog } from '../../../../scripts/example-logs.ts'
import { agentIn } from '../command/agents.ts'
import { buildPage } from '../command/page-build.ts'
import { spansOf } from '../log/spans.ts'
import { treeOf } from '../log/tree.ts'
import {
  eventually,
  folder,
  hasBrowser,
  linesOf,
  open,
  openUrl,
  pick,
  rowsOf,
  show,
  useBrowser,
} from '../test/browser.ts'
import { factsIn, longLog } from '../test/logs.ts'
import { toolloop } from '../test/toolloop.ts'

useBrowser()
const logOf = (example: string): Promise<string> => writeExampleLog(example, mkdtempSync(join(folder, 'log-')))

it('the page is one file of at most 150 kB that loads nothing', async () => {
  const page = await buildPage()
  expect(Buffer.byteLength(page)).toBeLessThan(150_000)
  expect(page).not.toMatch(/<script src|<link|@import|url\(http/)
})

describe.skipIf(!hasBrowser)('the viewer', () => {
  it.each(examplesWithLogs)(
    'shows of the log of %s what `describe` and `readRun` say',
    async (example) => {
      const lines = readFileSync(await logOf(example), 'utf8')
      const facts = factsIn(lines)
      await using page = await open({ [`${example}.jsonl`]: lines }, { height: facts.length * 24 + 400 })
      const [head, ...rest] = (await described(facts)).split('\n')
      await page.locator('.row').first().waitFor()
      expect(await page.locator('h1').textContent()).toBe(head)
      expect(await rowsOf(page)).toEqual(rest)
      const { usage, timing } = await readRun(facts)
      const { prompt_tokens: input, completion_tokens: output } = usage.reported ?? {}
      const figures = await page.locator('header .figures').textContent()
      const tokens = usage.reported ? `${input} + ${output} tokens` : 'tokens unknown'
      expect(figures).toContain(`${(timing.ms / 1000).toFixed(3)} s · ${tokens}`)

      await show(page, 'Lanes')
      expect(await page.locator('.lane').count()).toBe(spansOf(facts).length)
      await show(page, 'Steps')
      const starts = facts.flatMap((fact) => (fact.type === 'step.start' ? [`${fact.path} ${fact.step}`] : []))
      expect(
        await page
          .locator('tbody tr')
          .evaluateAll((rows) => rows.map((row) => `${row.children[0]?.textContent} ${row.children[2]?.textContent}`)),
      ).toEqual(starts)
      await show(page, 'Tree')
      expect(
        await page.locator('.node').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('title'))),
      ).toEqual(treeOf(facts).map(({ path }) => path))
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
      /4 messages, \d+ bytes as JSON; 3 new; the previous request is its beginning\./,
    )
    expect(await page.locator('aside .hint').textContent()).toMatch(/--agent <module> shows the whole body/)
  }, 60_000)

  it('shows the whole bodies of requests where the agent is given, and what changed in them', async () => {
    const path = await logOf('quickstart')
    const out = join(folder, 'bodies.html')
    const module = logModuleOf('quickstart')
    expect(await toolloop('view', path, '--agent', module, '--out', out)).toMatchObject({ code: 0, err: '' })
    const facts = factsIn(readFileSync(path, 'utf8'))
    const replayed = await replay(facts, await agentIn(module, 'explorer'))
    await using page = await openUrl(`file://${out}`)
    for (const step of [0, 1, 2]) {
      await pick(page, `step ${step}  asks`)
      const { messages, ...rest } = replayed.request(step)!.request
      const body = JSON.stringify({ model: 'scripted', messages, ...rest })
      expect(body).toContain('"tools":[')
      expect(body).toContain('"role":"system"')
      expect(await page.locator('aside .exact').textContent()).toBe(body)
      expect(await page.locator('aside').textContent()).toContain(
        `${Buffer.byteLength(body)} bytes as JSON, before the client adapts it to its server.`,
      )
    }
    expect(await page.locator('aside').textContent()).toMatch(
      /have the hashes that the log has\. Changed since the previous body: messages\./,
    )
  }, 60_000)

  it('shows no bodies of an agent that goes another way, and says so', async () => {
    const path = await logOf('crash')
    const lines = readFileSync(path, 'utf8').replace('"tools":["pay"]', '"tools":["refund"]')
    await using page = await open({ 'run.jsonl': lines })
    await pick(page, 'step 0  asks')
    expect(await page.locator('aside .exact').count()).toBe(0)
    expect(await toolloop('view', path, '--agent', logModuleOf('approval'), '--no-open')).toMatchObject({ code: 2 })
    expect(await toolloop('view', path, '--agent', 'x.ts', '--live')).toMatchObject({ code: 2 })
  }, 60_000)

  it('shows the tree of agents, and narrows the other views to a part of it', async () => {
    const inner = agent({ name: 'researcher', model: scriptedModel([text('Ok.')]) })
    const lead = agent({
      name: 'lead',
      model: scriptedModel((request) =>
        toolResults(request).length > 0 ? text('Done.') : call('research', { input: 'owls' }, { id: 'c1' }),
      ),
      tools: [
        inner.asTool({ name: 'research', description: 'Finds facts.' }),
        tool({ name: 'other', execute: () => 'x' }),
      ],
    })
    const log = memoryLog()
    await lead.run('go', { log })
    await using page = await open({ 'tree.jsonl': linesOf(log.facts) })
    await show(page, 'Tree')
    const levels = page.locator('.node')
    await eventually(() => levels.allTextContents()).toEqual(['lead', 'researcher 0:c1'])
    await pick(page, 'researcher')
    await show(page, 'Facts')
    const own = log.facts.filter(({ path }) => path === '0:c1')
    expect(await page.locator('.row').count()).toBe(own.length)
    await show(page, 'Lanes')
    expect(await page.locator('.lane').allTextContents()).toEqual(['researcher', 'step 0 scripted'])
    await page.getByRole('button', { name: 'only 0:c1' }).click()
    expect(await page.locator('.lane').count()).toBe(spansOf(log.facts).length)
  }, 60_000)

  it('shows who holds a run that is handed over', async () => {
    const billing = agent({ name: 'billing', model: scriptedModel([text('Paid.')]) })
    const triage = agent({
      name: 'triage',
      model: scriptedModel(({ tools }) => call((tools![0] as { function: { name: string } }).function.name, {})),
      handoffs: [billing],
    })
    const log = memoryLog()
    await triage.run('go', { log })
    await using page = await open({ 'handoff.jsonl': linesOf(log.facts) })
    await show(page, 'Tree')
    await eventually(() => page.locator('.node').allTextContents()).toEqual(['triage → billing'])
    await show(page, 'Steps')
    const agents = await page.locator('tbody tr td:nth-child(2)').allTextContents()
    expect(agents).toEqual(['triage', 'billing'])
  }, 60_000)

  it('shows the stages of a pipeline, and the agents in them', async () => {
    const lines = readFileSync(await logOf('batch'), 'utf8')
    await using page = await open({ 'batch.jsonl': lines })
    await show(page, 'Tree')
    expect(await page.locator('.row').first().textContent()).toMatch(/^batch ?pipelinedone12 steps\d+ tokens/)
    await pick(page, 'map[3]/parallel/invoice/extract#1')
    await show(page, 'Facts')
    const all = await page.locator('.row').allTextContents()
    expect(all.length).toBeGreaterThan(4)
    expect(all.every((row) => row.includes('map[3]/parallel/invoice/extract#1'))).toBe(true)
  }, 60_000)

  it('marks calls that started early in the lanes, and exports them as a Chrome trace', async () => {
    const lines = readFileSync(await logOf('early-dispatch'), 'utf8')
    await using page = await open({ 'run.jsonl': lines })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Chrome trace' }).click(),
    ])
    const trace = JSON.parse(readFileSync(await download.path(), 'utf8')) as {
      traceEvents: { ph: string; name: string; ts?: number; dur?: number; pid: number; tid: number }[]
    }
    const bars = trace.traceEvents.filter(({ ph }) => ph === 'X')
    expect(bars.map(({ name }) => name).toSorted()).toEqual(['chat slow', 'chat slow', 'look_up', 'look_up', 'look_up'])
    for (const { ts = -1, dur = -1 } of bars) expect(Math.min(ts, dur)).toBeGreaterThanOrEqual(0)
    // Parallel calls have lanes of their own: bars of one lane must not overlap.
    expect(new Set(bars.filter(({ name }) => name === 'look_up').map(({ tid }) => tid)).size).toBe(3)
    await show(page, 'Lanes')
    const early = lines.split('\n').filter((line) => line.includes('"call.sealed"')).length
    expect(early).toBeGreaterThan(0)
    expect(await page.locator('rect.early').count()).toBe(early)
  }, 60_000)

  it('works by keyboard and names its parts for screen readers', async () => {
    await using page = await open({ 'run.jsonl': linesOf(await longLog(2_000)) })
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
    await eventually(() => page.locator('nav [role=status]').textContent()).toMatch(/^\d+ facts$/)
    expect(await page.locator('.row').first().textContent()).toMatch(/Rome/)
    for (const control of await page.locator('button, select, input').all())
      expect(
        await control.evaluate((one) => one.textContent || one.ariaLabel || one.parentElement?.textContent),
      ).toBeTruthy()
  }, 60_000)

  it.each(['light', 'dark'] as const)(
    'is readable in the colours that the system prefers: %s',
    async (colorScheme) => {
      await using page = await open({ 'run.jsonl': linesOf(await longLog(40)) }, { colorScheme })
      await pick(page, 'asks scripted')
      const contrasts = await page.locator('h1, .figures, .time, .text, aside pre, button').evaluateAll((all) =>
        all.map((one) => {
          const light = (color: string): number => {
            const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255)
            const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
          }
          let ground: Element | null = one
          while (ground && getComputedStyle(ground).backgroundColor.endsWith(', 0)')) ground = ground.parentElement
          const [a, b] = [getComputedStyle(one).color, getComputedStyle(ground ?? document.body).backgroundColor].map(
            light,
          )
          return (Math.max(a!, b!) + 0.05) / (Math.min(a!, b!) + 0.05)
        }),
      )
      expect(Math.min(...contrasts)).toBeGreaterThan(4.5) // WCAG AA
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(26, 26, 31)' : 'rgb(255, 255, 255)')
    },
    60_000,
  )

  it('opens what is dropped on it, and compares a second log', async () => {
    const facts = await longLog(30)
    await using page = await open({})
    expect(await page.locator('main').textContent()).toContain('Drop a run.jsonl here.')
    const drop = (name: string, lines: string): Promise<void> =>
      page.evaluate(
        ([title, body]) => {
          const data = new DataTransfer()
          data.items.add(new File([body!], title!))
          document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
        },
        [name, lines],
      )
    await drop('a.jsonl', linesOf(facts))
    await eventually(() => page.locator('.row').count()).toBe(facts.length)
    await drop('b.jsonl', linesOf(facts.slice(0, 20)))
    await show(page, 'Compare')
    await eventually(() => page.locator('.compare .hint').textContent()).toBe('The logs agree up to fact 20.')
  }, 60_000)

  it('shows two logs side by side at their first divergence', async () => {
    const facts = await longLog(30)
    const other = facts.map((fact) => (fact.seq === 12 ? { ...fact, at: 1, type: 'weather.report' } : fact))
    await using page = await open({ 'a.jsonl': linesOf(facts), 'b.jsonl': linesOf(other) })
    await show(page, 'Compare')
    await eventually(() => page.locator('.compare .hint').textContent()).toMatch(/^The logs agree up to fact 12, /)
    expect(await page.locator('.differs').count()).toBe(2)
  }, 60_000)
})

/** The pictures of the manual: SCREENSHOTS=docs vitest run --project devtools viewer. */
async function screenshots(page: Page, to: string): Promise<void> {
  mkdirSync(to, { recursive: true })
  await page.setViewportSize({ width: 1100, height: 420 })
  await show(page, 'Facts')
  await pick(page, 'asks scripted')
  await page.screenshot({ path: join(to, 'viewer.png') })
  await show(page, 'Lanes')
  await page.screenshot({ path: join(to, 'viewer-lanes.png') })
}
