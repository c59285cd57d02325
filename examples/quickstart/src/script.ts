// A rule-based model, for a machine without a key: it calls the same tools and answers from their real results.
import { type CallParts, calls, type Reply, reply, type ScriptRequest, text, toolResults } from '@toolloop/testing'

interface Listing {
  readonly path: string
  readonly entries: readonly { readonly name: string; readonly kind: string; readonly bytes: number }[]
}

/** Looks at the folder, then at its largest part from three sides at once, then answers. */
export function scriptedExplorer(request: ScriptRequest): Reply {
  const listings = results<Listing>(request, 'list_folder')
  const [top] = listings
  const packages = listings.find((listing) => listing.path === 'packages')
  if (!top) return calls([list('.')], { content: 'I look at the folder first.' })
  const hasPackages = top.entries.some((entry) => entry.kind === 'folder' && entry.name === 'packages')
  if (hasPackages && !packages) return calls([list('packages')], { content: 'It has packages; I compare their sizes.' })
  const parts = packages ?? top
  const largest = parts.entries.find((entry) => entry.kind === 'folder') ?? parts.entries[0]
  if (!largest) return text(JSON.stringify({ largest: '.', bytes: 0, promise: 'The folder is empty.', tests: [] }))
  const path = parts.path === '.' ? largest.name : `${parts.path}/${largest.name}`
  const reads = results<{ path: string; text: string }>(request, 'read_file')
  const searches = results<{ query: string; matches: { path: string; line: number }[] }>(request, 'search_files')
  const about: CallParts[] =
    largest.kind === 'folder'
      ? [list(path), search(path, 'description'), search(path, '.test.')]
      : [read(path), search('.', largest.name)]
  // By what was called, not by number: an answer that was cut has fewer calls.
  const called = new Set(toolResults(request).map((result) => `${result.name} ${result.arguments}`))
  const missing = about.filter(({ name, args }) => !called.has(`${name} ${JSON.stringify(args)}`))
  if (missing.length > 0)
    return calls(missing, {
      content: `${path} is the largest. I look inside, at what it says of itself, and for its tests, all at once.`,
    })
  const described = searches
    .find((found) => found.query === 'description')
    ?.matches.find((match) => match.path.endsWith('package.json'))
  if (described && reads.length === 0)
    return calls([read(described.path)], { content: `${described.path} should tell what it promises.` })
  const tests = (searches.find((found) => found.query === '.test.') ?? searches[0])!.matches
    .filter((match) => match.line === 0)
    .map((match) => match.path)
  const promise = descriptionIn(reads[0]?.text) ?? 'It does not say.'
  return reply({
    content: JSON.stringify({ largest: path, bytes: largest.bytes, promise, tests: [...new Set(tests)].slice(0, 5) }),
  })
}

const list = (path: string): CallParts => ({ name: 'list_folder', args: { path } })
const read = (path: string): CallParts => ({ name: 'read_file', args: { path, lines: 60 } })
const search = (path: string, query: string): CallParts => ({ name: 'search_files', args: { path, query } })

/** What a tool answered so far; failures, which are no JSON, are left out. */
function results<Value>(request: ScriptRequest, name: string): Value[] {
  return toolResults(request).flatMap((result) =>
    result.name === name && result.content.startsWith('{') ? [JSON.parse(result.content) as Value] : [],
  )
}

/** The description of a package.json, else the first line of prose. */
function descriptionIn(file: string | undefined): string | undefined {
  const described = /"description":\s*("(?:[^"\\]|\\.)*")/.exec(file ?? '')?.[1]
  if (described) return JSON.parse(described) as string
  return file?.split('\n').find((line) => /^[A-Z].{20,}/.test(line))
}
