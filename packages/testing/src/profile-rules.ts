// What a server rejects in addition to the API, by its profile.
import type { Profile } from '@toolloop/wire'
import { errorBody, type ApiError } from './api-error.ts'
import { isJsonObject, parsed, type JsonObject } from './json-object.ts'

/** The error of this server for a request that the API accepts; `undefined` where it has none. */
export function profileProblem(request: JsonObject, profile: Partial<Profile>): ApiError | undefined {
  const unknown = parameters.find(([name, field]) => profile[field] === false && request[name] !== undefined)
  if (unknown !== undefined) return invalid(`Unknown parameter: '${unknown[0]}'.`, unknown[0])
  if (profile.strict === false) {
    const at = listIn(request, 'tools').findIndex((tool) => 'strict' in fieldOf(tool, 'function'))
    if (at >= 0) return invalid(`Unknown parameter: 'tools[${at}].function.strict'.`, `tools[${at}]`)
  }
  let previous: unknown
  for (const [index, message] of listIn(request, 'messages').entries()) {
    const wrong = messageProblem(message, previous, `messages.[${index}]`, profile)
    if (wrong) return wrong
    previous = message['role']
  }
  return undefined
}

/** Request parameters that a profile may not support. */
const parameters: readonly (readonly [name: string, field: keyof Profile])[] = [
  ['stream_options', 'streamOptions'],
  ['parallel_tool_calls', 'parallelToolCalls'],
  ['max_completion_tokens', 'maxCompletionTokens'],
]

function messageProblem(
  message: JsonObject,
  previous: unknown,
  path: string,
  profile: Partial<Profile>,
): ApiError | undefined {
  const { role, content } = message
  if (role === 'developer' && profile.developerRole === false)
    return invalid(`Unexpected role 'developer' (${path}).`, `${path}.role`)
  if (profile.userAfterTool === false && previous === 'tool' && role !== 'tool' && role !== 'assistant')
    return invalid(`Unexpected role '${String(role)}' after role 'tool' (${path}).`, `${path}.role`)
  if (role === 'tool') return idProblem(message['tool_call_id'], `${path}.tool_call_id`, profile)
  if (role !== 'assistant') return undefined
  const calls = listIn(message, 'tool_calls')
  if (profile.nullContent === false && calls.length > 0 && (content === null || content === undefined))
    return invalid(`'content' must be a string (${path}).`, `${path}.content`)
  const extra = Object.keys(message).find((name) => !known.has(name) && !profile.sendBack?.includes(name))
  if (profile.sendBack !== undefined && extra !== undefined)
    return invalid(`Extra inputs are not permitted: '${extra}' (${path}).`, `${path}.${extra}`)
  for (const [at, call] of calls.entries()) {
    const place = `${path}.tool_calls[${at}]`
    const wrong = idProblem(call['id'], `${place}.id`, profile)
    if (wrong) return wrong
    const text = fieldOf(call, 'function')['arguments']
    if (profile.invalidArguments === false && call['type'] === 'function' && !isJsonObject(parsed(String(text))))
      return invalid(`The arguments of a call must be a JSON object (${place}).`, `${place}.function.arguments`)
  }
  return undefined
}

const known: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'name',
  'audio',
  'tool_calls',
  'function_call',
])

function idProblem(id: unknown, path: string, { callIds = 'any' }: Partial<Profile>): ApiError | undefined {
  switch (callIds) {
    case 'any':
      return undefined
    case 'max40':
      return String(id).length <= 40
        ? undefined
        : invalid(`Invalid '${path}': string too long. Expected at most 40 characters.`, path)
    case 'alphanumeric9':
      return /^[a-zA-Z0-9]{9}$/.test(String(id))
        ? undefined
        : invalid(`Invalid '${path}': must be a-z, A-Z, 0-9, with a length of 9.`, path)
  }
}

function invalid(message: string, param: string): ApiError {
  return errorBody(message, { param, code: 'invalid_value' }).error
}

function listIn(value: JsonObject, name: string): readonly JsonObject[] {
  const list = value[name]
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

function fieldOf(value: JsonObject, name: string): JsonObject {
  const field = value[name]
  return isJsonObject(field) ? field : {}
}
