// The desk in a real browser: customers, staff, reloads, tabs, and a server that is killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedModel } from '@toolloop/testing'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type SqliteSessions, sqliteSessions } from 'toolloop/store'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { supportAgent } from './agent.ts'
import { script } from './script.ts'
import { type Desk, startDesk } from './server.ts'

const executablePath = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
const folder = mkdtempSync(join(tmpdir(), 'support-desk-'))
const screenshots = process.env['SCREENSHOTS']
let browser: Browser
let desk: Desk
let sessions: SqliteSessions
const contexts: BrowserContext[] = []
/** What went wrong in a page. */
const problems: string[] = []

beforeAll(async () => {
  if (!executablePath) return
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  sessions = sqliteSessions(join(folder, 'chats.sqlite'))
  const agent = supportAgent(scriptedModel(script), 1500)
  desk = await startDesk(0, { agent, sessions, staffKey: 'key' })
}, 120_000)
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
  const found = problems.splice(0)
  if (found.length > 0) throw new Error(`The pages reported: ${found.join('; ')}`)
})
afterAll(async () => {
  await desk?.close()
  sessions?.close()
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A page in a browser of its own; with a context, another tab of that browser. */
async function visit(url: string, context?: BrowserContext): Promise<Page> {
  const own = context ?? (await browser.newContext())
  if (!context) contexts.push(own)
  const page = await own.newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(url)
  return page
}

async function ask(page: Page, text: string): Promise<void> {
  await page.getByPlaceholder('Please refund').fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

const textsOf = (page: Page): Promise<string[]> => page.locator('article p').allTextContents()
const chatOf = (page: Page): string => decodeURIComponent(new URL(page.url()).hash.slice(1))
const idle = (page: Page, status: string): Promise<void> => page.locator(`section[data-status=${status}]`).waitFor()

async function picture(page: Page, name: string): Promise<void> {
  if (!screenshots) return
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })
}

/** The calls of a chat that were started, and its runs. */
async function ranIn(store: SqliteSessions, chat: string): Promise<{ calls: string[]; runs: number }> {
  const session = await store.open(chat)
  const calls: string[] = []
  for (const { turn } of session.turns)
    for (const fact of await session.log(turn).load()) if (fact.type === 'tool.start') calls.push(fact.name)
  return { calls, runs: session.turns.length }
}

const done = 'Done: 49 € for order 7 are refunded. Is there anything else?'

describe.skipIf(!executablePath)('the support desk', () => {
  test('a refund waits until a second person approves it in another browser', async () => {
    const customer = await visit(desk.url)
    await ask(customer, 'Please refund order 7.')
    await customer.locator('.waits').waitFor()
    await picture(customer, 'customer-waits')
    expect(await customer.getByRole('button', { name: 'Approve' }).count()).toBe(0)

    const staff = await visit(desk.staffUrl)
    await staff.locator('nav button[data-status=approval]').click()
    await staff.getByRole('button', { name: 'Approve' }).click()
    await staff.getByText(done).waitFor()
    await customer.getByText(done).waitFor()
    await picture(staff, 'staff-approved')
    await idle(customer, 'done')
    expect(await textsOf(customer)).toEqual(await textsOf(staff))
    expect(await ranIn(sessions, chatOf(customer))).toEqual({ calls: ['find_order', 'refund'], runs: 1 })

    await ask(customer, 'Thank you.')
    await customer.getByText('Hello! Tell me').waitFor()
    expect((await ranIn(sessions, chatOf(customer))).runs).toBe(2)
    const stranger = await visit(desk.url)
    const chat = encodeURIComponent(chatOf(customer))
    expect(await stranger.evaluate(async (id) => (await fetch(`/api/chats/${id}`)).status, chat)).toBe(404)
    expect((await stranger.goto(`${desk.url}/staff?key=other`))?.status()).toBe(403)
  }, 120_000)

  test('a declined refund is not made, and the customer reads it', async () => {
    const customer = await visit(desk.url)
    await ask(customer, 'Please refund order 8.')
    await customer.locator('.waits').waitFor()
    const staff = await visit(desk.staffUrl)
    await staff.locator('nav button[data-status=approval]').click()
    await staff.getByRole('button', { name: 'Decline' }).click()
    await customer.getByText('a colleague has declined').waitFor()
    expect(await ranIn(sessions, chatOf(customer))).toEqual({ calls: ['find_order'], runs: 1 })
  }, 120_000)

  test('a page that is reloaded in the middle of a tool, and a second tab, show what a page shows that stayed', async () => {
    const page = await visit(desk.url)
    await ask(page, 'Please refund order 7.')
    await page.locator('[data-state=input-available]').waitFor()
    await page.reload()
    const tab = await visit(page.url(), page.context())
    await page.locator('.waits').waitFor()
    await tab.locator('.waits').waitFor()
    const texts = await textsOf(page)
    expect(texts[0]).toBe('Please refund order 7.')
    expect(await textsOf(tab)).toEqual(texts)
    expect(await page.locator('article.user').count()).toBe(1)
    expect(await ranIn(sessions, chatOf(page))).toEqual({ calls: ['find_order'], runs: 1 })
  }, 120_000)

  test('a run goes on when the browser leaves', async () => {
    const page = await visit(desk.url)
    await ask(page, 'Please refund order 7.')
    await page.locator('[data-state=input-available]').waitFor()
    const chat = chatOf(page)
    await page.close()
    const session = await sessions.open(chat)
    for await (const _ of session.follow());
    expect((await session.load()).status).toBe('approval')
  }, 120_000)

  test('Stop ends the run, and the next message is answered', async () => {
    const page = await visit(desk.url)
    await ask(page, 'Please refund order 7.')
    await page.locator('[data-state=input-available]').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await idle(page, 'aborted')
    await page.getByText('Find order: order 7 · stopped').waitFor()
    await picture(page, 'stopped')
    expect((await sessions.open(chatOf(page))).status).toBe('aborted')
    await ask(page, 'Hello')
    await page.getByText('Hello! Tell me').waitFor()
    expect(await ranIn(sessions, chatOf(page))).toEqual({ calls: ['find_order'], runs: 2 })
  }, 120_000)

  test('a phone shows the empty page, a long message and a refund that waits, without scrolling sideways', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 } })
    contexts.push(context)
    const staff = await visit(desk.staffUrl, context)
    await staff.getByText(/Choose a chat|No customer/).waitFor()
    await picture(staff, 'phone-staff')
    await context.clearCookies()
    const page = await visit(desk.url, context)
    await page.getByText('How can we help?').waitFor()
    await picture(page, 'phone-empty')
    await ask(page, `Please refund order 7. ${'x'.repeat(200)}`)
    await page.getByText('Refund: order 7, euros 49').waitFor()
    await idle(page, 'approval')
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await picture(page, 'phone-waits')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    expect(await page.evaluate(async () => (await fetch('/api/chats/%')).status)).toBe(404)
  }, 120_000)

  test('a server that is killed in the middle of a tool goes on after its restart, and the open page reads on', async () => {
    const port = await freePort()
    const path = join(folder, 'killed.sqlite')
    const first = await startProcess(port, path)
    const page = await visit(`http://localhost:${port}`)
    await ask(page, 'Please refund order 7.')
    await page.locator('[data-state=input-available]').waitFor()
    await killed(first)
    const second = await startProcess(port, path)
    try {
      await page.locator('.waits').waitFor() // the page was not reloaded
      await picture(page, 'after-restart')
      expect(await page.locator('article.user').count()).toBe(1)
      using store = sqliteSessions(path)
      // It has no effects, so the next process looks the order up again.
      expect(await ranIn(store, chatOf(page))).toEqual({ calls: ['find_order', 'find_order'], runs: 1 })
    } finally {
      await killed(second)
    }
  }, 180_000)
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** The program as a person starts it; resolves when it serves. */
async function startProcess(port: number, path: string): Promise<ChildProcess> {
  const { OPENAI_API_KEY: _, ...env } = process.env
  const child = spawn(process.execPath, ['--conditions=@toolloop/source', join(import.meta.dirname, 'main.ts')], {
    env: { ...env, PORT: String(port), DATABASE: path, STAFF_KEY: 'key', TOOL_MS: '3000' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => void (printed += data.toString()))
    child.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('customers')) resolve()
    })
    child.once('exit', () => reject(new Error(`The server did not start.\n${printed}`)))
  })
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
