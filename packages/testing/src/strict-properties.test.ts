import type { Message } from '@toolloop/wire'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTranscript } from './index.ts'

/** A conversation of steps, each with some calls, answered in some order. Ids repeat between steps. */
const transcripts = fc
  .array(fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((turns) =>
    turns.flatMap((steps): Message[] => [
      { role: 'user', content: 'hello' },
      ...steps.flatMap((ids): Message[] => [
        {
          role: 'assistant',
          content: null,
          tool_calls: ids.toSorted().map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
        },
        ...ids.map((id): Message => ({ role: 'tool', tool_call_id: id, content: 'ok' })),
      ]),
      { role: 'assistant', content: 'done' },
    ]),
  )

/** Such a conversation, and where one of its tool messages stands. */
const withResult = transcripts
  .filter((messages) => messages.some(({ role }) => role === 'tool'))
  .chain((messages) => {
    const places = messages.flatMap(({ role }, index) => (role === 'tool' ? [index] : []))
    return fc.record({ messages: fc.constant(messages), at: fc.constantFrom(...places) })
  })

/** Checks every conversation that has a tool message, and the position of one. */
function always(check: (messages: readonly Message[], at: number) => void): void {
  fc.assert(fc.property(withResult, ({ messages, at }) => check(messages, at)))
}

describe('any conversation', () => {
  test('whose calls are all answered can be sent', () => {
    always((messages) => {
      expect(checkTranscript(messages)).toBeUndefined()
    })
  })

  test('that lost a tool message is rejected', () => {
    always((messages, at) => {
      expect(checkTranscript(messages.toSpliced(at, 1))).toContain('Without response')
    })
  })

  test('that repeats a tool message is rejected', () => {
    always((messages, at) => {
      const twice = messages.toSpliced(at, 0, ...messages.slice(at, at + 1))
      expect(checkTranscript(twice)).toContain('Duplicate tool message')
    })
  })

  test('whose tool message stands at its end, behind the answer, is rejected', () => {
    always((messages, at) => {
      const late = [...messages.toSpliced(at, 1), ...messages.slice(at, at + 1)]
      expect(checkTranscript(late)).toContain('Without response')
    })
  })

  test('that is cut behind its calls is rejected until the last of them is answered', () => {
    always((messages, at) => {
      const answered = messages[at + 1]?.role !== 'tool'
      expect(checkTranscript(messages.slice(0, at + 1)) === undefined).toBe(answered)
    })
  })
})
