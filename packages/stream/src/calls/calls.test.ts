import type { Chunk, Completion } from '@toolloop/wire'
import { describe, expect, test } from 'vitest'
import type { StreamEvent } from '../index.ts'
import { CompletionBuilder } from '../index.ts'
import { asChunk, build, callChunk, callEntry, chunk } from '../test/chunks.ts'

/** Name and arguments of every call, in order. */
function callsOf(completion: Completion): string[] {
  return (completion.choices[0]?.message.tool_calls ?? []).map((call) =>
    call.type === 'function' ? `${call.id} ${call.function.name} ${call.function.arguments}` : call.id,
  )
}

/** For each chunk, then for the end: which calls it sealed. */
function sealedBy(chunks: readonly Chunk[]): number[][] {
  const builder = new CompletionBuilder({ chunkEvents: false })
  return [...chunks.map((next) => sealedIn(builder.push(next))), sealedIn(builder.finish())]
}

function sealedIn(events: readonly StreamEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'call.sealed' ? [event.index] : []))
}

describe('tool calls', () => {
  const quirks: [title: string, chunks: Chunk[], calls: string[]][] = [
    [
      'joins pieces of one index',
      [
        callChunk(0, 'a', 'f', ''),
        callChunk(0, undefined, undefined, '{"x"'),
        callChunk(0, undefined, undefined, ':1}'),
      ],
      ['a f {"x":1}'],
    ],
    [
      'keeps interleaved calls apart',
      [
        callChunk(0, 'a', 'f', '{"x"'),
        callChunk(1, 'b', 'g', '{"y"'),
        callChunk(0, undefined, undefined, ':1}'),
        callChunk(1, undefined, undefined, ':2}'),
      ],
      ['a f {"x":1}', 'b g {"y":2}'],
    ],
    [
      'tells calls apart that all have index 0 by their ids',
      [callChunk(0, 'a', 'f', '{}'), callChunk(0, 'b', 'g', '{'), callChunk(0, 'b', undefined, '}')],
      ['a f {}', 'b g {}'],
    ],
    [
      'follows an id back to an earlier call of the same index',
      [
        callChunk(0, 'a', 'f', '{'),
        callChunk(0, 'b', 'g', '{'),
        callChunk(0, 'a', null, '}'),
        callChunk(0, 'b', null, '}'),
      ],
      ['a f {}', 'b g {}'],
    ],
    [
      'takes a new id in the middle of a call for the same call',
      [callChunk(0, 'a', 'f', '{'), callChunk(0, 'b', undefined, '}')],
      ['a f {}'],
    ],
    [
      'joins by id where there is no index',
      [
        callChunk(undefined, 'a', 'f', '{'),
        callChunk(undefined, 'b', 'g', '{}'),
        callChunk(undefined, 'a', undefined, '}'),
      ],
      ['a f {}', 'b g {}'],
    ],
    [
      'opens a call for a named piece behind complete arguments, without index and id',
      [
        callChunk(undefined, undefined, 'f', '{}'),
        callChunk(undefined, undefined, 'f', '{"x":'),
        callChunk(undefined, null, null, '1}'),
      ],
      [' f {}', ' f {"x":1}'],
    ],
    [
      'keeps entries of one delta apart that have neither index nor id',
      [chunk({ tool_calls: [callEntry(undefined, undefined, 'f', ''), callEntry(undefined, undefined, 'g', '')] })],
      [' f ', ' g '],
    ],
    [
      'keeps named entries of one delta apart that share an index and have no id',
      [chunk({ tool_calls: [callEntry(0, undefined, 'f', ''), callEntry(0, undefined, 'g', '{}')] })],
      [' f ', ' g {}'],
    ],
    [
      'joins entries of one delta that repeat their name or id',
      [
        chunk({ tool_calls: [callEntry(0, undefined, 'f', '{'), callEntry(0, undefined, 'f', '}')] }),
        chunk({ tool_calls: [callEntry(1, 'b', 'get_', ''), callEntry(1, 'b', 'weather', '{}')] }),
      ],
      [' f {}', 'b get_weather {}'],
    ],
    [
      'accepts sparse and late indices, in order of appearance',
      [callChunk(7, 'a', 'f', '{}'), callChunk(2, 'b', 'g', '{}')],
      ['a f {}', 'b g {}'],
    ],
    [
      'ignores an index that is no integer',
      [callChunk(undefined, 'a', 'f', '{'), chunk({ tool_calls: [{ index: 'x', function: { arguments: '}' } }] })],
      ['a f {}'],
    ],
    [
      'joins a split name, and ignores a repeated one',
      [
        callChunk(0, 'a', 'get_', ''),
        callChunk(0, null, 'weather', ''),
        callChunk(0, 'a', 'get_weather', '{}'),
        callChunk(0, '', '', ''),
      ],
      ['a get_weather {}'],
    ],
    ['writes arguments sent as an object as JSON', [callChunk(0, 'a', 'f', { x: [1, 'ü'] })], ['a f {"x":[1,"ü"]}']],
    [
      'takes null arguments for none',
      [callChunk(0, 'a', 'f', null), callChunk(0, undefined, undefined, '{}')],
      ['a f {}'],
    ],
    [
      'opens a call for every further object at the same index',
      [callChunk(0, 'a', 'f', '{"x":1}{"x'), callChunk(0, 'a', undefined, '":2} {"x":3}')],
      ['a f {"x":1}', ' f {"x":2}', ' f {"x":3}'],
    ],
    [
      'does so by id where there is no index',
      [callChunk(undefined, 'a', 'f', '{"x":1}{"x'), callChunk(undefined, 'a', undefined, '":2}')],
      ['a f {"x":1}', ' f {"x":2}'],
    ],
    [
      'keeps what stands behind an object in the same piece where it opens no other',
      [callChunk(0, 'a', 'f', '{"x":1}} oops')],
      ['a f {"x":1}} oops'],
    ],
    [
      'keeps an id that two calls share',
      [callChunk(0, 'a', 'f', '{}'), callChunk(1, 'a', 'g', '{}')],
      ['a f {}', 'a g {}'],
    ],
  ]
  test.each(quirks)('%s', (_title, chunks, calls) => {
    expect(callsOf(build(chunks).completion)).toEqual(calls)
  })

  test.each([
    String.raw`{"a":"}{","b":"]["}`,
    String.raw`{"\\":"\"}{","\\\\\"":{"}":"\\"}}`,
    String.raw`{"a\\\"}":[{"b":"{\\\\"}],"c":"\\\\\\"}`,
    String.raw`  {"é\u007d\"":"\ud83d}"}`,
  ])('finds the end of %s, however it is cut', (args) => {
    for (let at = 0; at <= args.length; at++)
      for (let next = at; next <= args.length; next += 3) {
        const pieces = [args.slice(0, at), args.slice(at, next), args.slice(next), '{"next":1}']
        const chunks = [callChunk(0, 'a', 'f', ''), ...pieces.map((piece) => callChunk(0, null, null, piece))]
        expect(callsOf(build(chunks).completion)).toEqual([`a f ${args}`, ' f {"next":1}'])
      }
  })

  test('mints missing, duplicate and taken ids where asked to', () => {
    const chunks = [
      callChunk(0, 'a', 'f', '{}'),
      callChunk(1, 'a', 'g', '{}'),
      callChunk(2, '', 'h', '{}'),
      callChunk(3, 'old', 'i', '{"x":1}{"x":2}'),
    ]
    const { completion, events } = build(chunks, {
      mintId: (choice, index) => `minted-${choice}-${index}`,
      takenIds: new Set(['old']),
    })
    expect(callsOf(completion)).toEqual([
      'a f {}',
      'minted-0-1 g {}',
      'minted-0-2 h {}',
      'minted-0-3 i {"x":1}',
      'minted-0-4 i {"x":2}',
    ])
    const ids = new Set(events.flatMap((event) => ('id' in event ? [event.id] : [])))
    expect([...ids].toSorted()).toEqual(['a', 'minted-0-1', 'minted-0-2', 'minted-0-3', 'minted-0-4'])
  })

  test('keeps a type that nobody knows', () => {
    const entry = { id: 'a', type: 'builtin_function', function: { name: '$search', arguments: '{}' } }
    const { completion } = build([chunk({ tool_calls: [{ index: 0, ...entry }] })])
    expect(completion.choices[0]?.message.tool_calls).toEqual([entry])
  })

  test('keeps custom calls, and drops the empty twin of a function call', () => {
    const { completion } = build([
      chunk({ tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sql', input: 'SELECT ' } }] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: '{1}' } }] }),
      chunk({
        tool_calls: [
          {
            index: 1,
            id: 'b',
            type: 'function',
            function: { name: 'f', arguments: '{}' },
            custom: { name: '', input: '' },
          },
        ],
      }),
    ])
    expect(completion.choices[0]?.message.tool_calls).toEqual([
      { id: 'a', type: 'custom', custom: { name: 'sql', input: 'SELECT {1}' } },
      { id: 'b', type: 'function', function: { name: 'f', arguments: '{}' } },
    ])
  })
})

describe('sealing', () => {
  const done = callChunk(0, 'a', 'f', '{}')
  const cases: [title: string, chunks: Chunk[], sealed: number[][]][] = [
    ['content', [done, chunk({ content: 'x' })], [[], [0], []]],
    ['another call', [done, callChunk(1, 'b', 'g', '{')], [[], [0], []]],
    ['an empty delta', [done, chunk({})], [[], [0], []]],
    ['not an empty piece of the same call', [done, callChunk(0, '', '', ''), chunk({})], [[], [], [0], []]],
    ['not a repetition of the call', [done, done, chunk({})], [[], [], [0], []]],
    ['not a `null` of the same call', [done, callChunk(0, null, null, null), chunk({})], [[], [], [0], []]],
    [
      'not an object that goes on behind an empty piece',
      [
        callChunk(0, 'a', 'f', '{"q":"a"}'),
        callChunk(0, null, null, ''),
        callChunk(0, null, null, ',"n":1}'),
        chunk({}),
      ],
      [[], [], [], [], []],
    ],
    ['the finish', [done, chunk({}, 'tool_calls')], [[], [0], []]],
    ['the end, when nothing else came', [done], [[], [0]]],
    [
      'the end, when the finish came with the call',
      [chunk({ tool_calls: [callEntry(0, 'a', 'f', '{}')] }, 'stop')],
      [[], [0]],
    ],
    ['not a chunk without choices', [done, asChunk({ choices: [], usage: {} })], [[], [], [0]]],
    ['not another choice', [done, chunk({ content: 'x' }, null, { index: 1 })], [[], [], [0]]],
    [
      'not a later index before the object is complete',
      [callChunk(0, 'a', 'f', '{'), callChunk(1, 'b', 'g', '{')],
      [[], [], []],
    ],
    ['not while the name is missing', [callChunk(0, 'a', undefined, '{}'), chunk({}), chunk({})], [[], [], [], []]],
    [
      'empty arguments only at the finish',
      [callChunk(0, 'a', 'f', ''), chunk({}), chunk({}, 'tool_calls')],
      [[], [], [0], []],
    ],
    [
      'empty arguments never where a limit cut the answer',
      [callChunk(0, 'a', 'f', ''), chunk({}, 'length')],
      [[], [], []],
    ],
    ['a complete object also where a limit cut the answer', [done, chunk({}, 'length')], [[], [0], []]],
    ['never a broken object', [callChunk(0, 'a', 'f', '{"x":'), chunk({}, 'length')], [[], [], []]],
    ['never what only looks like an object', [callChunk(0, 'a', 'f', '{x:1}'), chunk({}, 'stop')], [[], [], []]],
    ['never what is no object', [callChunk(0, 'a', 'f', '[1]'), chunk({}, 'stop')], [[], [], []]],
    [
      'text behind a sealed call as a call of its own',
      [done, chunk({}), callChunk(0, null, null, '}'), chunk({}, 'stop')],
      [[], [0], [], [], []],
    ],
  ]
  test.each(cases)('%s', (_title, chunks, sealed) => {
    expect(sealedBy(chunks)).toEqual(sealed)
  })
})
