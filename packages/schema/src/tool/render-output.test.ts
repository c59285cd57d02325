import { describe, expect, it } from 'vitest'
import { describeError, isToolResult, renderOutput, toolResult } from '../index.ts'

class Point {
  readonly x = 1
  readonly #y = 2
  get y(): number {
    return this.#y
  }
}
const cyclic: Record<string, unknown> = { name: 'a' }
cyclic['self'] = cyclic
const shared = { a: 1 }

const cases: readonly (readonly [name: string, value: unknown, content: string])[] = [
  ['text as it is', 'plain "text"', 'plain "text"'],
  ['empty text', '', ''],
  ['an object as JSON', { a: [1, true, null] }, '{"a":[1,true,null]}'],
  ['a number', 7, '7'],
  ['NaN', Number.NaN, 'null'],
  ['null', null, 'null'],
  ['undefined', undefined, 'null'],
  ['undefined inside', { a: undefined, b: [undefined] }, '{"b":[null]}'],
  ['functions inside', { a: () => 1, b: [() => 1] }, '{"b":[null]}'],
  ['a bigint', 12345678901234567890n, '"12345678901234567890"'],
  ['a bigint inside', { a: 1n }, '{"a":"1"}'],
  ['a date', new Date('2026-11-22T19:43:11Z'), '"2026-11-22T19:43:11.000Z"'],
  ['an invalid date', { at: new Date(Number.NaN) }, '{"at":null}'],
  ['an error, without stack and cause', new Error('broken', { cause: 'secret' }), '{"error":"broken"}'],
  [
    'a map',
    new Map<unknown, unknown>([
      ['a', 1],
      [2, 'b'],
    ]),
    '{"2":"b","a":1}',
  ],
  ['a set', new Set([1, 2]), '[1,2]'],
  ['bytes', new Uint8Array([0, 255, 16]), '"AP8Q"'],
  ['a buffer', Buffer.from('hi'), '"aGk="'],
  ['an array buffer', new Uint8Array([1]).buffer, '"AQ=="'],
  ['a pattern', /a+/g, '"/a+/g"'],
  ['a URL', new URL('https://a.b/c'), '"https://a.b/c"'],
  ['an instance', new Point(), '{"x":1}'],
  ['an object in two places', [shared, shared], '[{"a":1},{"a":1}]'],
  ['toJSON', { toJSON: () => ({ a: 1 }) }, '{"a":1}'],
  [
    'a toJSON that throws',
    {
      a: {
        toJSON: () => {
          throw new Error('no')
        },
      },
    },
    '{"a":"[not representable: no]"}',
  ],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no')
      },
    },
    '"[not representable: no]"',
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no')
        },
        get: () => {
          throw new Error('no')
        },
      },
    ),
    '"[not representable: no]"',
  ],
  [
    'a revoked proxy',
    (() => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    })(),
    '"[not representable: Cannot perform \'getPrototypeOf\' on a proxy that has been revoked]"',
  ],
  ['the key __proto__', JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  ['boxed values', [Object(1), Object('a')], '[1,"a"]'],
  ['a sparse array', Array.from({ length: 2 }), '[null,null]'],
]

describe('renderOutput', () => {
  it.each(cases)('renders %s', (_, value, content) => {
    expect(renderOutput(value)).toEqual({ content })
  })

  it('survives 50,000 levels', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 50_000; level++) deep = [deep]
    expect(renderOutput(deep).content).toMatch(/^\[+"\[too deep\]"\]+$/)
  })

  it('is bounded, says so, and cuts between characters', () => {
    for (const value of ['é'.repeat(100), '😀'.repeat(50), 'a'.repeat(200)]) {
      for (let maxBytes = 40; maxBytes < 48; maxBytes++) {
        const { content } = renderOutput(value, { maxBytes })
        if (typeof content !== 'string') throw new Error('expected text')
        const [shown = '', note] = content.split('\n')
        expect(new TextEncoder().encode(shown).length).toBeLessThanOrEqual(maxBytes)
        expect(shown).not.toContain('\uFFFD')
        expect(shown.isWellFormed()).toBe(true)
        expect(note).toBe(
          `[truncated: 200 bytes, of which the first ${new TextEncoder().encode(shown).length} are shown]`,
        )
      }
    }
    expect(renderOutput('a'.repeat(2 ** 20)).content).toHaveLength(2 ** 20)
    expect(renderOutput('a'.repeat(2 ** 20 + 1)).content).toContain('[truncated: 1048577 bytes')
    expect(renderOutput({ text: 'x'.repeat(10 * 2 ** 20) }).content.length).toBeLessThan(2 ** 20 + 100)
  })

  it('keeps text parts, and hands out the others beside them', () => {
    const text = { type: 'text', text: 'a chart' }
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    expect(renderOutput([text])).toEqual({ content: [text] })
    expect(renderOutput(text)).toEqual({ content: [text] })
    expect(renderOutput([text, image])).toEqual({ content: [text], parts: [image] })
    expect(renderOutput(image)).toEqual({ content: '1 part attached', parts: [image] })
  })

  it('encodes values that JSON cannot represent in parts as elsewhere', () => {
    const parts = [
      { type: 'text', text: 'a chart', at: new Date(0), of: NaN, note: undefined },
      { type: 'file', file: { file_data: new Uint8Array([1, 2, 3]), from: new URL('https://example.com/a') } },
    ]
    expect(renderOutput(parts)).toStrictEqual({
      content: [{ type: 'text', text: 'a chart', at: '1970-01-01T00:00:00.000Z', of: null }],
      parts: [{ type: 'file', file: { file_data: 'AQID', from: 'https://example.com/a' } }],
    })
  })

  it('takes lists with holes and parts that nest deeply as parts', () => {
    const text = { type: 'text', text: 'x' }
    const holes: unknown[] = []
    holes[2] = text
    expect(renderOutput(holes)).toEqual({ content: [text] })
    let deep: unknown = 'x'
    for (let depth = 0; depth < 240; depth++) deep = { deep }
    expect(renderOutput([{ ...text, deep }])).toEqual({ content: [{ ...text, deep }] })
  })

  it('takes for data what only looks like parts', () => {
    expect(renderOutput([{ type: 'file', name: 'a.txt' }])).toEqual({ content: '[{"type":"file","name":"a.txt"}]' })
    expect(renderOutput([{ type: 'text', value: 1 }])).toEqual({ content: '[{"type":"text","value":1}]' })
    expect(renderOutput([])).toEqual({ content: '[]' })
    expect(renderOutput([{ type: 'text', text: 'a' }, 1])).toEqual({ content: '[{"type":"text","text":"a"},1]' })
  })

  it('does not change when the value does afterwards', () => {
    const part = { type: 'text', text: 'before' }
    const rendered = renderOutput([part])
    part.text = 'after'
    expect(rendered.content).toEqual([{ type: 'text', text: 'before' }])
  })
})

describe('what no message can hold', () => {
  const request: Record<string, unknown> = { headers: { Authorization: 'Bearer secret' } }
  const response = { status: 200, request }
  request['response'] = response
  const itself = { toJSON: (): unknown => itself }

  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'it is a function'],
    ['a symbol', Symbol('x'), 'it is a symbol'],
    ['an object that holds itself', cyclic, 'it holds itself at self'],
    ['a response of an HTTP library', response, 'it holds itself at request.response'],
    ['a list of such', { all: [1, response] }, 'it holds itself at all[1].request.response'],
    ['a toJSON that returns itself', itself, 'it holds itself'],
    ['a Response', new Response('x'), 'JSON shows nothing of a `Response`'],
    ['a Response inside', { got: [new Response('x')] }, 'JSON shows nothing of a `Response` at got[0]'],
    ['a stream', new ReadableStream(), 'JSON shows nothing of a `ReadableStream`'],
    ['a promise', { later: Promise.resolve(1) }, 'JSON shows nothing of a `Promise` at later'],
    ['headers', new Headers({ a: 'b' }), 'JSON shows nothing of a `Headers`'],
    ['a generator', [1].values(), 'JSON shows nothing of a `Iterator`'],
    ['an image without its address', { type: 'image_url' }, 'a part of type `image_url` needs `image_url: { url }`'],
    [
      'an image with a text',
      [{ type: 'image_url', image_url: 'https://a.b/c.png' }],
      'a part of type `image_url` needs `image_url: { url }`',
    ],
    [
      'audio without data',
      { type: 'input_audio', input_audio: {} },
      'a part of type `input_audio` needs `input_audio: { data, format }`',
    ],
    [
      'a file without content',
      { type: 'file', file: { filename: 'a' } },
      'a part of type `file` needs `file: { file_data }` or `file: { file_id }`',
    ],
    ['a text without text', [{ type: 'text' }], 'a part of type `text` needs `text`'],
  ])('is a problem, and nothing of it is shown: %s', (_, value, problem) => {
    expect(renderOutput(value)).toEqual({ content: `[not representable: ${problem}]`, problem })
  })

  it.each([
    ['x', '"x"'],
    [undefined, 'nothing'],
    [null, 'null'],
    [{ details: 1 }, 'an object with details'],
  ])('toolResult(%j) throws', (parts, shown) => {
    expect(() => toolResult(parts as never)).toThrow(
      `toolResult() takes { model, details }: what the model reads, and what you keep; got ${shown}`,
    )
  })
})

describe('toolResult', () => {
  it('separates what the model reads from what the application keeps', () => {
    const result = toolResult({ model: { rows: 2 }, details: { sql: 'select' } })
    expect(renderOutput(result)).toEqual({ content: '{"rows":2}', details: { sql: 'select' } })
    expect(isToolResult(result)).toBe(true)
  })

  it('is not any object of these keys', () => {
    const data = { model: 'T', details: 'a car' }
    expect(isToolResult(data)).toBe(false)
    expect(renderOutput(data)).toEqual({ content: '{"model":"T","details":"a car"}' })
  })
})

describe('describeError', () => {
  const thrown: readonly (readonly [string, unknown, string])[] = [
    ['an error', new Error('broken'), 'broken'],
    ['an error with a cause', new Error('broken', { cause: new Error('secret') }), 'broken'],
    ['an error without message', new TypeError(), 'TypeError'],
    ['a string', 'broken', 'broken'],
    ['several lines', 'a\n  b\tc', 'a b c'],
    ['undefined', undefined, 'undefined was thrown'],
    ['null', null, 'null was thrown'],
    ['a number', 7, 'a number was thrown'],
    ['a symbol', Symbol('x'), 'a symbol was thrown'],
    ['nothing', '', 'unknown error'],
    ['an object', { code: 1 }, 'unknown error'],
    ['an object with a message', { message: 'broken' }, 'broken'],
    [
      'a message that is no text',
      {
        message: {
          toString: () => {
            throw new Error('no')
          },
        },
      },
      'unknown error',
    ],
    ['a frozen error', Object.freeze(new Error('cold')), 'cold'],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
        },
      ),
      'unknown error',
    ],
    [
      'a proxy of an error that throws',
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('no')
        },
        getPrototypeOf: () => {
          throw new Error('no')
        },
      }),
      'unknown error',
    ],
  ]
  it.each(thrown)('describes %s', (_, error, text) => {
    expect(describeError(error)).toBe(text)
  })

  it('is bounded and well-formed', () => {
    expect(describeError(new Error('😀'.repeat(10_000)))).toHaveLength(499)
    for (let length = 1; length < 20; length++) {
      const text = describeError('😀'.repeat(20), length)
      expect(text.length).toBeLessThanOrEqual(length)
      expect(text.isWellFormed()).toBe(true)
    }
    expect(describeError('broken', 0)).toBe('')
  })

  const long: readonly (readonly [string, unknown, string])[] = [
    ['half an emoji', 'a\uD83D', 'a\uFFFD'],
    ['half an emoji in the middle', new Error('a\uDE00b'), 'a\uFFFDb'],
    ['a text too long to read whole', `${' '.repeat(99_999)}😀`, '…'],
    ['a message too long to read whole', new Error(`${' '.repeat(99_999)}😀`), '…'],
    ['a message that just ends in an emoji', new Error(`${' '.repeat(99_998)}😀`), '😀'],
    ['a name too long to read whole', { name: `${' '.repeat(999)}😀` }, '…'],
  ]
  it.each(long)('never splits a character: %s', (_, error, text) => {
    expect(describeError(error)).toBe(text)
  })
})
