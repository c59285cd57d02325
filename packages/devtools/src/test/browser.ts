// The page in Chromium, for the tests.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { NamedText } from '../command/files.ts'
import { pageWith } from '../command/page.ts'

const executablePath = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
export const hasBrowser = executablePath !== undefined
if (!hasBrowser) console.log('No chromium is found (set CHROMIUM to its path): the page is not tested')

export const folder = mkdtempSync(join(tmpdir(), 'viewer-'))
let browser: Browser | undefined

/** Starts the browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (executablePath) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(() => browser?.close())
}

export const linesOf = (facts: readonly unknown[]): string => facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')

/** A page in a browser. At its end, errors of the page and scripts of a log that ran fail the test. */
export type TestPage = Page & AsyncDisposable

interface Viewport {
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
}

/** Opens a page from a file, as `toolloop view` does. */
export async function open(texts: Readonly<Record<string, string>>, viewport: Viewport = {}): Promise<TestPage> {
  const logs = Object.entries(texts).map(([name, text]) => ({ name, path: `/logs/${name}`, text }))
  return await openLogs(logs, viewport)
}

export async function openLogs(logs: readonly NamedText[], viewport: Viewport = {}): Promise<TestPage> {
  const file = join(folder, `${crypto.randomUUID()}.html`)
  writeFileSync(file, await pageWith(logs))
  return await openUrl(pathToFileURL(file).href, viewport)
}

/** `mayFail`: errors of the network are expected. */
export async function openUrl(
  url: string,
  { height = 2000, colorScheme = 'light' }: Viewport = {},
  mayFail = false,
): Promise<TestPage> {
  const page = await browser!.newPage({ viewport: { width: 1400, height }, colorScheme })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !(mayFail && message.text().includes('net::'))) problems.push(message.text())
  })
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

export const show = (page: Page, view: string): Promise<void> =>
  page.getByRole('button', { name: view, exact: true }).click()

export const pick = (page: Page, text: string): Promise<void> =>
  page
    .locator('.row', { hasText: text })
    .first()
    .click({ position: { x: 5, y: 5 } })

/** Polls for longer than usual: a machine may be busy. */
export const eventually = <Value>(value: () => Value): ReturnType<typeof expect.poll<Value>> =>
  expect.poll(value, { timeout: 20_000 })

/** The rows of the list as `describe` writes them. */
export const rowsOf = (page: Page): Promise<string[]> =>
  page.locator('.row').evaluateAll((rows) =>
    rows.map((row) => {
      const [time = '', path, text] = ['time', 'path', 'text'].map((name) => row.querySelector(`.${name}`)?.textContent)
      return `${time.padStart(11)}  ${path ? `${path}  ` : ''}${text}`
    }),
  )
