// The layers: rows of packages, and rows of rooms inside the large ones.

/** Packages, from the ground up: a package imports lower rows only, never a sibling in its row. */
export const rows: readonly (readonly string[])[] = [
  ['wire'],
  ['transport', 'stream', 'schema'],
  ['client', 'testing'],
  ['core'],
  ['store', 'openai', 'pipeline'],
  ['engine', 'mcp', 'otel', 'ui'],
  ['dbos', 'devtools', 'limits', 'restate'],
  ['toolloop'],
]

/** Packages that may import less than their row allows. All tests use `testing`, so it imports `wire` alone. */
export const only: Readonly<Record<string, readonly string[]>> = { testing: ['wire'] }

/**
 * Rooms: the folders of a package's `src`, from the ground up. A room imports itself and the rooms below it; files
 * directly in `src` are above all rooms. Rooms in one row do not import each other.
 */
export const rooms: Readonly<Record<string, readonly (readonly string[])[]>> = {
  core: [
    ['facts'], // events, state, transcript, log, usage: pure, plain JSON
    ['compaction'], // strategies that shorten a conversation
    ['models'], // models made of models, the onion of middlewares
    ['middleware'], // the middlewares that are shipped
    ['agent'], // what an agent is: options, offer, output, stop conditions
    ['search'], // many tools: found and called through two
    ['approval', 'control', 'reading'], // requests and decisions · what bounds and steers a run · a run read from its log
    ['run'], // what one run holds: scope, stream, result
    ['compose'], // agents as tools, paths in the tree
    ['guard'], // guardrails: what should be checked, and the checks
    ['step', 'tool'], // one model call · one tool call
    ['loop'], // what should run now, and the loop that runs it
    ['replay'], // an old log through today's agent, and a new log out of an old one
  ],
  devtools: [
    ['log', 'doctor'], // logs as text, differences, spans · schemas of a module
    ['page'], // the viewer, for a browser
    ['command'], // the command line
  ],
  openai: [
    ['types', 'errors'], // the peer's types, and its tree of errors with the way there from ours
    ['http', 'answers'], // options, promises, streams, pages · what an answer says, read
    ['runs'], // streamed answers and tool loops with events
  ],
  pipeline: [
    ['definition'], // stages, their types, the tree of nodes, paths, results
    ['state'], // what each node came to: apply, decide
    ['run'], // tasks, and the pipeline as a run of core's loop
    ['combinators'], // pipe, parallel, map, …
  ],
  schema: [
    ['value'], // objects and excerpts of values
    ['contract'], // what users pass and read: Standard Schema, strict options, findings
    ['shape', 'pattern', 'json-schema'], // what a schema accepts · which patterns are slow · JSON Schema as data
    ['read', 'strict'], // Zod 4, Zod 3, JSON Schema, Standard Schema into shapes · strict definitions and findings
    ['arguments'], // conversion; restoring and parsing what the model wrote
    ['tool'], // tools, response formats, results
  ],
  store: [
    ['log'], // logs of runs in memory, files, SQLite
    ['session'], // conversations of several runs
  ],
  stream: [
    ['limits'], // bounds of an answer
    ['json'], // partial JSON, values, elements
    ['events'], // what a reader of a stream sees
    ['calls'], // tool calls from deltas
    ['completion'], // chunks to a completion
  ],
  ui: [
    ['http'], // requests, responses, what an error may tell
    ['chat'], // a run for many readers, conversations, handlers
    ['ai-sdk'], // the AI SDK's UI messages
    ['ag-ui'], // AG-UI, out of the same parts
  ],
  transport: [
    ['errors'], // classes, what an error body states, redaction
    ['http'], // one request over the platform's HTTP
    ['request', 'response'], // options, profiles, the body that is sent · SSE, chunks, completions, pages
    ['call'], // attempts, clocks, retries, redirects
  ],
}
