// Facts to check a log with: small ones, large ones, and what JSON can hold but few formats keep.

/** What a log may rely on in a fact. */
export interface LoggedFact {
  readonly seq: number
  readonly at: number
  readonly run: string
  readonly path: string
  readonly type: string
}

export const start: LoggedFact = made(0, 'run.start', {
  version: 1,
  agent: { name: 'checked', fingerprint: 'none' },
  input: [{ role: 'user', content: 'Go' }],
})

export const note = (seq: number, content = `note ${seq}`): LoggedFact =>
  made(seq, 'message.add', { origin: 'caller', message: { role: 'user', content } })

/** The run waits: nobody owns its log any more. */
export const pause = (seq: number, callId = 'call_1'): LoggedFact => made(seq, 'run.pause', { callIds: [callId] })

export const end = (seq: number): LoggedFact =>
  made(seq, 'run.done', { outcome: { status: 'aborted', reason: 'checked' } })

function made(seq: number, type: string, rest: object): LoggedFact {
  return Object.freeze({ seq, at: 1_700_000_000_000 + seq, run: 'run_1', path: '', type, ...rest })
}

const texts = [
  'ä€🦉 e\u0301 \u202Eabc \uFEFF',
  '\uD800 \uDC00 \uDFFF\uD83E',
  '\u0000\u0001\u001F\u007F\u0085',
  'a\nb\rc\r\nd\u2028e\u2029f\v\f',
  '"\\/\\u0000\\n{}[],:',
  '',
]

/** From fact 1 on. */
export const odd: readonly LoggedFact[] = [
  ...texts.map((text) => text),
  ...texts.map((text) => JSON.parse(`{${JSON.stringify(text)}:1}`) as unknown),
  JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2,"seq":"3"}'),
  [0, -1, 1e21, 5e-324, 1.7976931348623157e308, 0.1, 9_007_199_254_740_991, true, false, null, [], {}, [[]]],
].map((value, index) => made(index + 1, 'tool.done', { details: value }))

export const nested = (seq: number, depth: number): LoggedFact =>
  made(seq, 'tool.done', { details: JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) })

/** Compares as JSON: that is what a log keeps. */
export function same(what: string, actual: readonly LoggedFact[], expected: readonly LoggedFact[]): void {
  if (actual.length !== expected.length)
    throw new Error(`${what} holds ${actual.length} facts; it must hold ${expected.length}.`)
  for (const [at, fact] of expected.entries()) {
    const [is, must] = [JSON.stringify(actual[at]), JSON.stringify(fact)]
    if (is !== must) throw new Error(`Fact ${at} of ${what} is ${excerpt(is)}; it must be ${excerpt(must)}.`)
  }
}

function excerpt(text = 'undefined'): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
}
