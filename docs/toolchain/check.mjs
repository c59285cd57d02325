// What a reader would trip over on the built site: dead links, and in Chromium errors, text that does not fit, a search without answers.
import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { delimiter, extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { deadLinks } from './links.mjs'

const site = join(import.meta.dirname, '../site')
const widths = [390, 1400]
/** All pages of the manual are looked at. Of the generated ones, a sample: one of each kind. */
const generated = /^(api|source)\//
const sample = /^(api\/toolloop\/(.*\/(agent|Client|AgentOptions|RunEvent)|index)|source\/.*\/loop\.ts)\.html$/
const tabs = 3

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const problems = deadLinks(site)
const pages = globSync('**/*.html', { cwd: site })
console.log(`links: ${pages.length} pages, ${problems.length} dead`)

const browser = program()
if (browser === undefined) console.log('Chromium: SKIPPED, none is found (set CHROMIUM to its path)')
else await look(browser)

if (problems.length > 0) {
  console.error(problems.slice(0, 50).join('\n'))
  process.exitCode = 1
}

/** The Chromium of the variable `CHROMIUM`, else the one on the path. */
function program() {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const paths = [
    process.env.CHROMIUM ?? '',
    ...(process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
  ]
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function look(executablePath) {
  const server = createServer(answer)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  const chrome = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const looked = pages.filter((path) => path !== '404.html' && (!generated.test(path) || sample.test(path)))
    await Promise.all(
      Array.from({ length: tabs }, (_, tab) =>
        read(
          chrome,
          origin,
          looked.filter((_path, at) => at % tabs === tab),
        ),
      ),
    )
    await search(chrome, origin)
    console.log(
      `Chromium ${chrome.version()}: ${looked.length} pages at ${widths.join(' and ')} pixels, and the search`,
    )
  } finally {
    await chrome.close()
    server.close()
  }
}

async function read(chrome, origin, looked) {
  const page = await chrome.newPage()
  let path = ''
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${path}: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`${path}: ${error.message}`))
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${path}: ${response.status()} for ${response.url()}`)
  })
  for (path of looked) {
    await page.goto(`${origin}/${path.replace(/(index)?\.html$/, '')}`, { waitUntil: 'load' })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (over > 0) problems.push(`${path} is ${over} pixels too wide at ${width}`)
    }
  }
  await page.close()
}

/** A reader looks for a word of the manual and follows the first answer. */
async function search(chrome, origin) {
  const page = await chrome.newPage({ viewport: { width: 1400, height: 900 } })
  await page.goto(origin, { waitUntil: 'networkidle' })
  await page.locator('.DocSearch-Button').click()
  await page.locator('#localsearch-input').fill('early dispatch')
  try {
    const first = page.locator('#localsearch-list a').first()
    await first.waitFor({ timeout: 10_000 })
    await first.click()
    await page.waitForFunction(() => location.pathname + location.hash !== '/', undefined, { timeout: 10_000 })
  } catch (error) {
    problems.push(`The search has no answer for \`early dispatch\`: ${error.message}`)
  }
  await page.close()
}

function answer(request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
  const file = [path, `${path}.html`, `${path}/index.html`]
    .map((name) => join(site, name))
    .find((name) => extname(name) !== '' && existsSync(name))
  response.writeHead(file ? 200 : 404, {
    'content-type': types[extname(file ?? '.html')] ?? 'application/octet-stream',
    'cache-control': 'max-age=600', // every page loads the same scripts
  })
  response.end(readFileSync(file ?? join(site, '404.html')))
}
