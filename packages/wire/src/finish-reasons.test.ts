import { expect, test } from 'vitest'
import { announcesCalls, type Finish, finishOf } from './index.ts'

const cases: readonly (readonly [Finish, readonly (string | null | undefined)[]])[] = [
  ['complete', ['stop', 'tool_calls', 'function_call', 'eos', 'eos_token', 'end_turn', 'tool_use', 'COMPLETE', 'STOP']],
  ['truncated', ['length', 'max_tokens', 'MAX_TOKENS', 'model_length', 'model_context_window_exceeded']],
  ['filtered', ['content_filter', 'content-filter', 'SAFETY', 'sensitive', 'RECITATION', 'PROHIBITED_CONTENT', 'SPII']],
  ['failed', ['error', 'network_error', 'insufficient_system_resource', 'abort', 'MALFORMED_FUNCTION_CALL', 'OTHER']],
  ['truncated', ['FinishReason.MAX_TOKENS', 'FINISH_REASON_MAX_TOKENS', 'Max Tokens']],
  ['unknown', ['pause_turn', 'toString', '__proto__', 'FINISH_REASON_UNSPECIFIED', '', null, undefined]],
]

test.each(cases)('%s: %j', (finish, reasons) => {
  expect(reasons.map(finishOf)).toEqual(reasons.map(() => finish))
})

test('a reason that announces calls is known in any spelling', () => {
  expect(['tool_calls', 'TOOL_CALLS', 'tool-use', 'function_call'].every(announcesCalls)).toBe(true)
  expect(['stop', 'length', '', 'toString', null, undefined].some(announcesCalls)).toBe(false)
})
