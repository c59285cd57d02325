// The examples run as programs of their own, against a scripted server, and print what they say.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  call,
  calls,
  checkRequest,
  failure,
  lastText,
  reply,
  scriptedServer,
  text,
  type Script,
} from '@toolloop/testing'
import { expect, it } from 'vitest'

const solution = {
  steps: [
    { explanation: 'Take 31 away', output: '8x = -29' },
    { explanation: 'Divide by 8', output: 'x = -3.625' },
  ],
  answer: -3.625,
}
const usage = { prompt_tokens: 9, completion_tokens: 400, total_tokens: 409 }
const token = (said: string) => ({ token: said, logprob: Math.log(0.5), bytes: null, top_logprobs: [] })

const examples: Record<string, { script: Script; prints: string }> = {
  basic: { script: [text('Oslo')], prints: 'Oslo' },
  parameters: {
    script: [
      reply({
        choices: ['Red', 'Blue'].map((content) => ({
          content,
          logprobs: { content: [token(content)], refusal: null },
        })),
      }),
    ],
    prints: 'Red 0.50\nBlue 0.50',
  },
  vision: { script: [text('An owl, and a dot.')], prints: 'An owl, and a dot.' },
  'tool-calls': {
    script: [calls([{ name: 'get_weather', args: { city: 'Oslo' } }]), text('Yes.')],
    prints: 'get_weather {"city":"Oslo"}\nYes.',
  },
  'stream-chunks': { script: [text('1, 2, 3, 4, 5')], prints: '1, 2, 3, 4, 5' },
  usage: {
    script: [text('Hello.', { usage }), text('Hello.', { usage })],
    prints: '9 + 400 tokens\n409 tokens',
  },
  'reasoning-effort': {
    script: [text('Ten.', { usage: { ...usage, completion_tokens_details: { reasoning_tokens: 380 } } })],
    prints: 'Ten.\n380 tokens of reasoning',
  },
  'json-schema': {
    script: [text('{"planets":["Jupiter","Saturn","Uranus","Neptune"]}')],
    prints: 'Jupiter, Saturn, Uranus, Neptune',
  },
  parse: {
    script: [text(JSON.stringify(solution))],
    prints: 'Take 31 away: 8x = -29\nDivide by 8: x = -3.625\nx = -3.625',
  },
  'parse-tools': {
    script: [
      calls([
        { name: 'get_weather', args: { city: 'Oslo', days: null } },
        { name: 'get_weather', args: { city: 'Rome', days: 3 } },
        { name: 'set_alarm', args: { at: '07:00:00' } },
      ]),
    ],
    prints: 'Oslo, 1 day(s)\nRome, 3 day(s)\nalarm at 07:00:00',
  },
  'stored-completions': {
    script: (request) => text(`Well: ${lastText(request).toLowerCase()}`),
    prints: [
      '1 true',
      "[ 'Well: a word about owls.', 'Well: a word about owls.' ]",
      "{ topic: 'owls', rating: 'good' }",
      'user: A word about owls.',
      'true',
      'true',
    ].join('\n'),
  },
  'stream-events': {
    script: [text('{"title":"Pancakes","ingredients":["eggs","flour","milk"]}', { deltaSize: 3 })],
    prints: '- eggs\n- flour\ntrue\nPancakes',
  },
  'stream-tools': {
    script: [
      call(
        'write_file',
        { path: 'owls.txt', text: 'Owls' },
        {
          content: 'Here it is.',
          logprobs: { content: ['Here', ' it', ' is', '.'].map(token), refusal: null },
        },
      ),
    ],
    prints: '{"path":"owls.txt","text":"Owls"} write_file is whole\nHere it is.\n4 tokens\nowls.txt',
  },
  errors: {
    script: [
      failure(429, undefined, { 'retry-after': '2' }),
      failure(404, { error: { message: 'No such model.', code: 'model_not_found' } }, { 'x-request-id': 'req_1' }),
      text('{"name":"Llanfair', { finishReason: 'length' }),
      text('{"name":7}'),
    ],
    prints: [
      'Too fast. Wait 2000 ms',
      'NotFoundError 404 model_not_found req_1',
      'Cut: {"name":"Llanfair',
      'Does not fit: name - {"name":7}',
    ].join('\n'),
  },
  'web-handler': { script: [text('A bird of the night.')], prints: 'A bird of the night.' },
}

it.each(Object.entries(examples))('docs/examples/%s.ts prints what it should', async (name, { script, prints }) => {
  await using server = await scriptedServer(script, { check: checkRequest })
  const program = join(import.meta.dirname, `examples/${name}.ts`)
  const env = { ...process.env, OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', program], {
    env,
    timeout: 15_000,
  })
  expect(stderr).toBe('')
  expect(stdout.trim()).toBe(prints)
})
