import { OpenAIError } from '../errors/errors.ts'
import type { RequestOptions } from './request-options.ts'

/** The query may be omitted before the options. @throws OpenAIError where one object mixes both */
export function queryAndOptions<Query extends object>(
  first: Query | RequestOptions | null | undefined,
  options: RequestOptions | undefined,
  names: readonly string[],
): [Query, RequestOptions] {
  const given = Object.entries(first ?? {}).filter(([, value]) => value !== undefined)
  const others = given.filter(([name]) => optionNames.has(name) && !names.includes(name))
  if (others.length === 0) return [(first ?? {}) as Query, options ?? {}]
  if (options !== undefined || others.length < given.length)
    throw new OpenAIError(
      `The query and the options of a list are two arguments: ${others.map(([name]) => `\`${name}\``).join(', ')} belongs into the second.`,
    )
  return [{} as Query, first as RequestOptions]
}

const optionNames: ReadonlySet<string> = new Set([
  'headers',
  'maxRetries',
  'timeout',
  'signal',
  'idempotencyKey',
  'query',
])
