import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { apiErrorOf, isRetryable, notACompletion, retryAfterOf } from './answer.ts'
import { APIError } from './classes.ts'

test('any JSON and any text makes a readable, bounded error', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.string()),
      fc.constantFrom(undefined, 200, 400, 429, 500),
      (body, status) => {
        for (const error of [apiErrorOf({ status, body }), notACompletion({ status, body }, 'something else')]) {
          expect(error).toBeInstanceOf(APIError)
          expect(error.message.length).toBeLessThan(4200)
          expect(error.code).toBeTypeOf('string')
          expect(() => JSON.stringify(error)).not.toThrow()
        }
      },
    ),
  )
})

const depth = 30_000
test.each([
  ['arrays', `${'['.repeat(depth)}${']'.repeat(depth)}`],
  ['objects', `${'{"error":'.repeat(depth)}1${'}'.repeat(depth)}`],
  ['messages', `{"error":{"message":${'['.repeat(depth)}${']'.repeat(depth)}}}`],
  ['details', `{"detail":${'[[1],'.repeat(depth)}1${']'.repeat(depth)}}`],
])('%s nested too deep to walk are still an error', (_name, text) => {
  const body = JSON.parse(text) as unknown
  expect(apiErrorOf({ status: 400, body, redact: (words) => words })).toBeInstanceOf(APIError)
  expect(notACompletion({ status: 200, body }, 'nonsense')).toBeInstanceOf(APIError)
})

const headers = (fields: Record<string, string>): Headers => new Headers(fields)

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '12.5', 'retry-after': '9' }, 12.5],
  [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:10 GMT' }, 9000],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
  [{ 'retry-after': '-1' }, undefined],
  [{ 'retry-after': 'Infinity' }, undefined],
  [{ 'retry-after': '1e3' }, undefined],
  [{ 'retry-after': '9'.repeat(400) }, undefined],
])('%j asks to wait %s ms', (fields, wait) => {
  expect(retryAfterOf(headers(fields), 1000)).toBe(wait)
})

test.each<[number | undefined, string | undefined, Record<string, string>, boolean]>([
  [200, 'server_error', {}, true],
  [undefined, 'overloaded_error', {}, true],
  [undefined, 'invalid_request_error', {}, false],
  [400, 'server_error', {}, false],
  [500, 'server_error', { 'x-should-retry': 'false' }, false],
  [429, 'insufficient_quota', { 'x-should-retry': 'true' }, false],
])('status %s with code %s and %j: retried is %s', (status, code, fields, retried) => {
  expect(isRetryable(status, code, undefined, headers(fields))).toBe(retried)
})
