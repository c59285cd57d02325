// The examples for programs written for `openai`, run once as they are and once with `openai` itself in the import line:
// they print the same.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { format } from 'node:util'
import { call, failure, lastText, scriptedServer, text, type Script } from '@toolloop/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'

const usage = { prompt_tokens: 9, completion_tokens: 400, total_tokens: 409 }
const oslo = call('get_weather', { city: 'Oslo' })

const examples: Record<string, { script: Script; prints: string }> = {
  create: { script: [text('Oslo')], prints: 'Oslo' },
  parameters: {
    script: () => ({ kind: 'answer', choices: [{ content: 'Red' }, { content: 'Blue' }] }),
    prints: 'Red\nBlue',
  },
  vision: { script: [text('An owl.')], prints: 'An owl.' },
  tools: { script: [oslo, text('Yes.')], prints: 'get_weather {"city":"Oslo"}\nYes.' },
  'run-tools': { script: [oslo, text('Yes.')], prints: 'get_weather {"city":"Oslo"}\nRain in Oslo\nYes.' },
  streaming: { script: [text('1, 2, 3, 4, 5')], prints: '1, 2, 3, 4, 5' },
  'reasoning-effort': {
    script: [text('Ten.', { usage: { ...usage, completion_tokens_details: { reasoning_tokens: 380 } } })],
    prints: 'Ten.\n380 tokens of reasoning',
  },
  'json-schema': { script: [text('{"planets":["Jupiter","Saturn"]}')], prints: 'Jupiter, Saturn' },
  parse: {
    script: [text('{"steps":[{"explanation":"Take 31 away","output":"8x = -29"}],"answer":-3.625}')],
    prints: 'Take 31 away: 8x = -29\nx = -3.625',
  },
  'parse-tools': { script: [call('get_weather', { city: 'Oslo', unit: 'celsius' })], prints: 'Oslo celsius' },
  'stored-completions': {
    script: (request) => text(`Well: ${lastText(request).toLowerCase()}`),
    prints: [
      'Well: a word about owls.',
      "{ topic: 'owls', rating: 'good' }",
      'true',
      'user: A word about owls.',
      'true',
    ].join('\n'),
  },
  'stream-events': {
    script: [text('An owl.', { deltaSize: 4 })],
    prints: '4 4\n3 7\ndone: An owl.\nstop',
  },
  usage: { script: [text('Hello.', { usage }), text('Hello.', { usage })], prints: '9 + 400 tokens\n409 tokens' },
  errors: {
    script: [
      failure(429),
      failure(404, { error: { message: 'No such model.', code: 'model_not_found' } }),
      text('Hello.'),
    ],
    prints: 'Too fast: 429\n404 model_not_found req_2 404 No such model.\nHello.',
  },
}

/** Beside the examples, so that it resolves what they resolve; a folder with a dot is nobody's else. */
const folder = new URL('examples/.openai/', import.meta.url)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the program prints. It runs when it is imported. */
async function run(program: URL, script: Script): Promise<string> {
  await using server = await scriptedServer(script)
  let printed = ''
  const write = (part: unknown): boolean => Boolean((printed += String(part)))
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => void write(`${format(...values)}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation(write),
  ]
  Object.assign(process.env, { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url })
  try {
    await import(/* @vite-ignore */ program.pathname)
  } finally {
    for (const spy of spies) spy.mockRestore()
    for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) delete process.env[name]
  }
  return printed.trim()
}

describe.each(Object.entries(examples))('docs/examples/openai/%s.ts', (name, { script, prints }) => {
  const file = new URL(`examples/openai/${name}.ts`, import.meta.url)

  it('prints what it should', async () => {
    expect(await run(file, script)).toBe(prints)
  })

  it('prints the same with `openai` in its import line', async () => {
    mkdirSync(folder, { recursive: true })
    const theirs = new URL(`${name}.ts`, folder)
    writeFileSync(theirs, readFileSync(file, 'utf8').replaceAll('toolloop/openai', 'openai'))
    expect(await run(theirs, script)).toBe(prints)
  })
})

it('docs/examples/openai/other-resources.ts says what is covered', async () => {
  const program = new URL('examples/openai/other-resources.ts', import.meta.url)
  expect(await run(program, [])).toBe('`client.responses` is not part of this package')
})
