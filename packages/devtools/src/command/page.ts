// The viewer's page: packed beside the command, or bundled from its sources in this repository.
import { existsSync, readFileSync } from 'node:fs'
import type { NamedText } from './files.ts'

/** Built once for each process, where there is no packed page. */
let built: Promise<string> | undefined

const place = '<!--logs-->'

/** The page with logs inside. `live` is where it reads more of the only log. */
export async function pageWith(logs: readonly NamedText[], live?: string): Promise<string> {
  const packed = new URL('viewer.html', import.meta.url)
  const page = existsSync(packed) ? readFileSync(packed, 'utf8') : await (built ??= build())
  // A log cannot end the element that holds it.
  const data = JSON.stringify({ logs, live }).replaceAll('<', String.raw`\u003c`)
  return page.replace(place, () => `<script type="application/json" id="logs">${data}</script>`)
}

const build = async (): Promise<string> => (await import('./page-build.ts')).buildPage()
