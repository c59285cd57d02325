import { LimitError } from '@toolloop/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SseDecoder } from './sse.ts'

type Event = [data: string, event: string]

function decode(parts: readonly Uint8Array[]): Event[] {
  const events: Event[] = []
  const decoder = new SseDecoder((data, event) => events.push([data, event]))
  for (const part of parts) decoder.push(part)
  decoder.end()
  return events
}

const cases: readonly [name: string, text: string | Uint8Array, events: Event[]][] = [
  [
    'events with LF',
    'data: a\n\ndata: b\n\n',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  [
    'events with CRLF',
    'data: a\r\n\r\ndata: b\r\n\r\n',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  [
    'events with CR',
    'data: a\r\rdata: b\r\r',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  [
    'mixed line ends',
    'data: a\r\n\ndata: b\r\r\ndata: c\n\r',
    [
      ['a', ''],
      ['b', ''],
      ['c', ''],
    ],
  ],
  ['two BOMs', '\uFEFF\uFEFFerror: a\n\ndata: b\n\n', [['b', '']]],
  ['a leading BOM', '\uFEFFdata: a\n\n', [['a', '']]],
  ['comments and keep-alives', ': OPENROUTER PROCESSING\n\n:\n\ndata: a\n: in between\n\n', [['a', '']]],
  ['several data lines', 'data: a\ndata:\ndata\ndata:  b\n\n', [['a\n\n\n b', '']]],
  ['no blank after the colon', 'data:a\n\n', [['a', '']]],
  [
    'an event name',
    'event: error\ndata: x\n\ndata: y\n\n',
    [
      ['x', 'error'],
      ['y', ''],
    ],
  ],
  ['an error field', 'error: {"code":1}\n\n', [['{"code":1}', 'error']]],
  ['unknown fields', ' data: x\nid: 1\nretry: 5\nfoo\ndata: a\n\n', [['a', '']]],
  [
    'no final blank line',
    'data: a\n\ndata: b',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  ['code points of all lengths', 'data: aé€😀\n\n', [['aé€😀', '']]],
  [
    'invalid UTF-8',
    new Uint8Array([...Buffer.from('data: '), 0xff, 0xe2, 0x82, ...Buffer.from('\n\n')]),
    [['\uFFFD\uFFFD', '']],
  ],
  ['nothing', '', []],
]

test.each(cases)('%s, at every cut', (_name, text, events) => {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  expect(decode([bytes])).toEqual(events)
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(decode([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(events)
  }
  expect(decode(Array.from(bytes, (byte) => new Uint8Array([byte])))).toEqual(events)
})

test('any bytes give the same events, however they are cut', () => {
  const piece = fc.oneof(
    fc.constantFrom('data: ', 'data:', 'event: x', 'error: ', ': c', '\n', '\r', '\r\n', '\n\n', '\uFEFF', 'é€😀'),
    fc.string(),
  )
  const text = fc.array(piece, { maxLength: 40 }).map((parts) => new TextEncoder().encode(parts.join('')))
  fc.assert(
    fc.property(
      fc.oneof(text, fc.uint8Array({ maxLength: 60 })),
      fc.array(fc.nat(), { maxLength: 6 }),
      (bytes, cuts) => {
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
          (one, other) => one - other,
        )
        const parts = at.slice(1).map((end, n) => bytes.subarray(at[n], end))
        expect(decode(parts)).toEqual(decode([bytes]))
      },
    ),
    { numRuns: 1000 },
  )
})

test.each(['data: x', ': comment', 'xx'])('an event without an end is stopped at the bound (%s)', (text) => {
  const decoder = new SseDecoder(() => {}, { maxEventBytes: 1000 })
  const part = new TextEncoder().encode(text)
  expect(() => {
    for (let n = 0; n < 1000; n++) decoder.push(part)
  }).toThrow(LimitError)
})
