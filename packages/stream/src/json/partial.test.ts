import { LimitError, ToolloopError } from '@toolloop/wire'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonError, PartialJson } from '../index.ts'

/** The value after each piece. */
function views(...pieces: string[]): unknown[] {
  const parser = new PartialJson()
  return pieces.map((piece) => structuredClone(parser.push(piece).value))
}

function errorOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

/** `text` cut where the numbers say. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((one, other) => one - other)
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end))
}

/** Is `early` what `late` was before more of it came? */
function isPrefix(early: unknown, late: unknown): boolean {
  if (early === undefined) return true
  if (typeof early === 'string' && typeof late === 'string') return late.startsWith(early)
  if (Array.isArray(early) && Array.isArray(late))
    return early.length <= late.length && early.every((item, index) => isPrefix(item, late[index]))
  if (typeof early === 'object' && early !== null && typeof late === 'object' && late !== null) {
    const entries = new Map(Object.entries(late))
    return Object.entries(early).every(([key, item]) => entries.has(key) && isPrefix(item, entries.get(key)))
  }
  return Object.is(early, late)
}

const json = fc.oneof(
  fc.json({ stringUnit: 'binary' }),
  fc.json({ stringUnit: 'grapheme', maxDepth: 5 }),
  // With white space and every escape there is.
  fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.stringify(value, null, 2)),
  fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.stringify(value).replaceAll(/[^ -~]/g, escaped)),
)

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

describe('the value so far', () => {
  test('lets strings grow', () => {
    expect(views('"', 'he', 'llo', '"')).toEqual(['', 'he', 'hello', 'hello'])
  })

  test('shows a number when it can no longer grow', () => {
    expect(views('[1', '2', '.5e', '1', ' ', ',-', '0]')).toEqual([[], [], [], [], [125], [125], [125, -0]])
  })

  test('shows a literal when it is whole', () => {
    expect(views('{"a":tr', 'u', 'e,"b":nul', 'l}')).toEqual([{}, {}, { a: true }, { a: true, b: null }])
  })

  test('holds back half an escape and half a surrogate pair', () => {
    expect(views('"a\\', 'n\\u00', 'e9\\ud8', '3d', '\\ude', '00"')).toEqual([
      'a',
      'a\n',
      'a\né',
      'a\né',
      'a\né',
      'a\né😀',
    ])
    expect(views('"x\ud83d', '\ude00', '"')).toEqual(['x', 'x😀', 'x😀'])
  })

  test('keeps half a pair that stays alone', () => {
    expect(views('"\\ud83d', '!"')).toEqual(['', '\ud83d!'])
    expect(views('"\ud83d', '"')).toEqual(['', '\ud83d'])
  })

  test('shows a key when its value begins', () => {
    expect(views('{"ke', 'y"', ':', ' [')).toEqual([{}, {}, {}, { key: [] }])
  })

  test('is live, and can be kept by cloning it', () => {
    const parser = new PartialJson()
    const view = parser.push('{"rows":[{"n":').value
    const kept = structuredClone(view)
    parser.push('1},{')
    expect(view).toEqual({ rows: [{ n: 1 }, {}] })
    expect(kept).toEqual({ rows: [{}] })
  })

  test('takes the last of two equal keys, as JSON.parse does', () => {
    expect(new PartialJson().push('{"a":{"x":1},"a":[2]}').end()).toEqual({ a: [2] })
  })

  test('takes the names of prototypes for data', () => {
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}},"toString":"x"}'
    const value = new PartialJson<object>().push(text).end()
    expect(value).toEqual(JSON.parse(text))
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })
})

describe('isComplete', () => {
  test('says of every path whether it can still change', () => {
    const parser = new PartialJson()
    parser.push('{"a":{"b":[1,"x')
    expect(parser.isComplete(['a', 'b', 0])).toBe(true)
    expect(parser.isComplete(['a', 'b', '0'])).toBe(true)
    expect(parser.isComplete(['a', 'b', 1])).toBe(false)
    expect(parser.isComplete(['a', 'b', 2])).toBe(false)
    expect(parser.isComplete(['a', 'b'])).toBe(false)
    expect(parser.isComplete(['a', 'c'])).toBe(false)
    expect(parser.isComplete(['a', 'b', 'length'])).toBe(false)
    parser.push('"]')
    expect(parser.isComplete(['a', 'b', 1])).toBe(true)
    expect(parser.isComplete(['a', 'b'])).toBe(true)
    expect(parser.isComplete(['a'])).toBe(false)
    parser.push('},"d":12')
    expect(parser.isComplete(['a'])).toBe(true)
    expect(parser.isComplete(['d'])).toBe(false)
    expect(parser.isComplete()).toBe(false)
    parser.push('}')
    expect(parser.isComplete(['d'])).toBe(true)
    expect(parser.isComplete()).toBe(true)
    expect(parser.isComplete(['toString'])).toBe(false)
  })

  test('a number at the top is complete at the end', () => {
    const parser = new PartialJson().push('12')
    expect([parser.isComplete(), parser.value]).toEqual([false, undefined])
    expect(parser.end()).toBe(12)
    expect(parser.isComplete()).toBe(true)
  })

  test('a repeated key takes its completeness back', () => {
    const parser = new PartialJson().push('{"a":1,"a":')
    expect(parser.isComplete(['a'])).toBe(false)
  })
})

test('items gives the complete items of an array', () => {
  const parser = new PartialJson()
  expect(parser.items(['rows'])).toEqual([])
  expect(parser.push('{"rows":[{"n":1},{"n":2},{"n"').items(['rows'])).toEqual([{ n: 1 }, { n: 2 }])
  expect(parser.push(':3},4').items(['rows'], 2)).toEqual([{ n: 3 }])
  expect(parser.push(']').items(['rows'], 3)).toEqual([4])
  expect(parser.items(['rows', 0])).toEqual([])
})

describe('what is not JSON', () => {
  const wrong: [text: string, position: number][] = [
    ['x', 0],
    ['{"a":1}}', 7],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['{,}', 1],
    ['[1,]', 3],
    ['[,1]', 1],
    ['[1 2]', 3],
    ['[1}', 2],
    ['{"a":1]', 6],
    ['{"a":}', 5],
    ['01', 1],
    ['-a', 1],
    ['1.a', 2],
    ['1e+]', 3],
    ['.5', 0],
    ['+1', 0],
    ['trux', 3],
    ['nullx', 4],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['"a\nb"', 2],
    ['\ufeff1', 0],
    ['"a" "b"', 4],
    ['{"a\tb":1}', 3],
  ]
  test.each(wrong)('%j is refused at %i, however it is cut', (text, position) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
    for (let at = 0; at <= text.length; at++) {
      const parser = new PartialJson()
      const error = errorOf(() => parser.push(text.slice(0, at)).push(text.slice(at)).end())
      expect(error).toBeInstanceOf(JsonError)
      expect(error).toBeInstanceOf(ToolloopError)
      expect(error).toMatchObject({ code: 'json', position, message: expect.stringContaining(`position ${position}`) })
      expect(errorOf(() => parser.push(' '))).toBe(error)
      expect(errorOf(() => parser.end())).toBe(error)
    }
  })

  test.each(['', ' ', '{', '[1', '"a', '-', '1.', 'tru', '{"a":'])('%j ends too early', (text) => {
    const error = errorOf(() => new PartialJson().push(text).end())
    expect(error).toBeInstanceOf(JsonError)
    expect(error).toMatchObject({ position: text.length, message: expect.stringContaining('too early') })
  })

  test('depth and size are bounded', () => {
    const deep = errorOf(() => new PartialJson().push('['.repeat(100_000)))
    expect(deep).toBeInstanceOf(LimitError)
    expect(deep).toMatchObject({ limit: 'maxDepth', allowed: 128 })
    expect(new PartialJson({ maxDepth: 3 }).push('[[[]]]').end()).toEqual([[[]]])
    expect(errorOf(() => new PartialJson({ maxBytes: 5 }).push('"é').push('éx"'))).toMatchObject({ limit: 'maxBytes' })
  })
})

describe('for any JSON, cut anywhere', () => {
  test('the final value is what JSON.parse says, and no prefix throws', () => {
    fc.assert(
      fc.property(json, fc.array(fc.nat(), { maxLength: 20 }), (text, places) => {
        const parser = new PartialJson()
        for (const piece of cut(text, places)) parser.push(piece)
        expect(parser.end()).toEqual(JSON.parse(text))
        expect(parser.isComplete()).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('every intermediate value is a prefix of the final one, and what was complete stays as it was', () => {
    fc.assert(
      fc.property(json, (text) => {
        const final: unknown = JSON.parse(text)
        const parser = new PartialJson()
        for (const unit of text.split('')) {
          const view: unknown = parser.push(unit).value
          expect(isPrefix(view, final)).toBe(true)
          const items = parser.items()
          expect(items).toEqual(Array.isArray(final) ? final.slice(0, items.length) : [])
        }
      }),
      { numRuns: 200 },
    )
  })

  test('what JSON.parse refuses is refused, and what it takes is taken', () => {
    const nearly = fc.tuple(
      json,
      fc.nat(),
      fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '0', '-', 'e', '\\', ' '),
    )
    fc.assert(
      fc.property(nearly, ([text, place, other]) => {
        const at = place % (text.length + 1)
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        const expected = errorOf(() => JSON.parse(changed) as unknown)
        const parser = new PartialJson()
        const found = errorOf(() => parser.push(changed).end())
        expect(found instanceof JsonError).toBe(expected !== undefined)
        expect(expected ? undefined : parser.value).toEqual(expected ? undefined : JSON.parse(changed))
      }),
      { numRuns: 1000 },
    )
  })
})
