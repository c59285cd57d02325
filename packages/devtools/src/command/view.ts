// `toolloop view`: the page with logs inside, as a file or followed live.
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ReplayError } from '@toolloop/core'
import { checkOfAgent } from '@toolloop/core/machine'
import { packRequests } from '../log/requests.ts'
import { messageOf, readText } from '../log/text.ts'
import { agentIn, coreOf } from './agents.ts'
import { CommandFailure } from './failure.ts'
import { logFiles, type NamedText, pathOf, textOf } from './files.ts'
import { serveLive } from './live.ts'
import { pageWith } from './page.ts'

interface ViewOptions {
  readonly live?: true
  readonly agent?: string
  readonly out?: string
  readonly open: boolean
}

interface ViewOutput {
  readonly line: (text: string) => void
  readonly json: (value: unknown) => void
  /** Reports a log that can be read in part, or not at all. */
  readonly damaged: (path: string, damage: string | undefined) => void
  readonly signal?: AbortSignal | undefined
}

/** @throws CommandFailure where no log can be read, for a folder with `--live` or `--agent`, or for both options */
export async function view(log: string, { live, agent, out, open }: ViewOptions, output: ViewOutput): Promise<void> {
  const files = logFiles(log)
  if (agent !== undefined && (live || files.length > 1))
    throw new CommandFailure('--agent shows the requests of one log that is not followed: name a file.')
  if (live) {
    if (files.length > 1) throw new CommandFailure('--live follows one log: name a file.')
    await using server = await serveLive(files[0]!)
    output.line(`${server.url}\nFollows ${files[0]}; Ctrl-C ends it.`)
    output.json({ url: server.url })
    if (open) openInBrowser(server.url)
    return await stopped(output.signal)
  }
  const file = out === undefined ? join(mkdtempSync(join(tmpdir(), 'toolloop-view-')), 'index.html') : pathOf(out)
  let texts: readonly NamedText[] = files.map(textOf)
  await check(texts, output)
  if (agent !== undefined) texts = [await withRequests(texts[0]!, agent, output)]
  writeFileSync(file, await pageWith(texts), { mode: 0o600 })
  output.line(file)
  output.json({ file })
  if (open && out === undefined) openInBrowser(pathToFileURL(file).href)
}

/** The log with the bodies of its requests, as the agent of a module renders them. */
async function withRequests(log: NamedText, module: string, { damaged }: ViewOutput): Promise<NamedText> {
  const { facts, reading } = await readText(log.text)
  checkOfAgent(facts, 'replayed')
  const agent = await agentIn(module, reading.agent)
  const { replay } = await coreOf(module)
  try {
    return { ...log, requests: packRequests(facts, await replay(facts, agent), module) }
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    damaged(log.path, `${error.message} The page has no bodies of requests.`)
    return log
  }
}

/** Reports damage. The page shows what can be read; when that is nothing, no page is made. */
async function check(texts: readonly NamedText[], { damaged }: ViewOutput): Promise<void> {
  const problems: [path: string, problem: string][] = []
  for (const { path, text } of texts)
    try {
      damaged(path, (await readText(text)).damage)
    } catch (error) {
      problems.push([path, messageOf(error)])
    }
  if (problems.length === texts.length)
    throw new CommandFailure(problems.map(([path, problem]) => `${path}: ${problem}`).join('\n'))
  for (const [path, problem] of problems) damaged(path, problem)
}

const stopped = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })

/** Without a browser the printed path is enough. */
function openInBrowser(url: string): void {
  const [program, args]: [string, string[]] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', url]]
        : ['xdg-open', [url]]
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
