// The order of the house, as a table of contents: rows of packages, and the rooms inside the large ones.

/** Packages, from the ground up: a package imports lower rows only, never a sibling in its row. */
export const rows: readonly (readonly string[])[] = [
  ['wire'],
  ['transport', 'stream', 'schema'],
  ['client', 'testing'],
  ['core'],
  ['store'],
  ['toolloop'],
]

/** Packages that may import fewer than their row allows. Every package's tests use `testing`, so it needs `wire` alone. */
export const only: Readonly<Record<string, readonly string[]>> = { testing: ['wire'] }

/**
 * Rooms: the folders of a package's `src`, from the ground up. A room imports itself and the rooms below it; files
 * directly in `src` stand on top of all rooms. Rooms in one row do not know each other.
 */
export const rooms: Readonly<Record<string, readonly (readonly string[])[]>> = {
  core: [
    ['facts'], // events, state, transcript, log, usage: pure, plain JSON
    ['agent'], // what an agent is: options, offer, output, stop conditions
    ['approval', 'reading'], // requests and decisions · a run read from its log
    ['run'], // what one run holds: scope, stream, result
    ['step', 'tool'], // one model call · one tool call
    ['loop'], // what should run now, and the loop that runs it
    ['replay'], // an old log through today's agent, and a new log out of an old one
  ],
  schema: [
    ['value'], // what a value is and how a message quotes it
    ['contract'], // what users hand over and read: Standard Schema, strict options, findings
    ['shape', 'pattern', 'json-schema'], // what a schema accepts · which patterns are slow · JSON Schema as data
    ['read', 'strict'], // Zod 4, Zod 3, JSON Schema, Standard Schema into shapes · strict definitions and findings
    ['arguments'], // conversion, and what the model wrote back into values
    ['tool'], // tools, response formats, results
  ],
  stream: [
    ['limits'], // bounds of an answer
    ['json'], // partial JSON, values, elements
    ['events'], // what a reader of a stream sees
    ['calls'], // tool calls from deltas
    ['completion'], // chunks to a completion
  ],
  transport: [
    ['errors'], // classes, what an error body states, redaction
    ['http'], // one request over the platform's HTTP
    ['request', 'response'], // options, profiles, the body that is sent · SSE, chunks, completions, pages
    ['call'], // attempts, clocks, retries, redirects
  ],
}
