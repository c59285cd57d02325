// The rules of the API: calls and tool messages must pair up, and the fields of a request must be valid together.
import type { Profile } from '@toolloop/wire'
import { errorBody, type ApiError } from './api-error.ts'
import { isJsonObject, type JsonObject } from './json-object.ts'
import { profileProblem } from './profile-rules.ts'

/**
 * The API's error message for a conversation; `undefined` when it is valid. Every call needs exactly one tool message.
 * The tool messages follow the assistant message of the calls directly, in any order.
 */
export function checkTranscript(messages: readonly unknown[]): string | undefined {
  return findProblem(messages)?.message
}

/**
 * The API's error for a whole request: its transcript, its tools, and combinations of fields that are not allowed. With
 * a profile, such as `profiles.mistral`, also what that server rejects; without one, what OpenAI rejects.
 */
export function checkRequest(request: unknown, profile: Partial<Profile> = openai): ApiError | undefined {
  if (!isJsonObject(request)) return problem('The body of the request is not a JSON object.', null, 'invalid_type')
  if (typeof request['model'] !== 'string' || request['model'] === '')
    return problem('You must provide a model parameter.', 'model', 'missing_required_parameter')
  return (
    findProblem(request['messages']) ??
    toolsProblem(request) ??
    optionsProblem(request) ??
    textProblem(request) ??
    profileProblem(request, profile)
  )
}

const openai: Partial<Profile> = { callIds: 'max40' }

/** Lone surrogates, in any text. */
function textProblem(request: JsonObject): ApiError | undefined {
  for (const name of ['messages', 'tools', 'response_format']) {
    const text = JSON.stringify(request[name]) ?? ''
    // `JSON.stringify` escapes lone surrogates, in lower case, and no other character in this form.
    if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(text))
      return problem(`Invalid '${name}': a string contains a lone surrogate, which is not valid Unicode.`, name)
  }
  return undefined
}

function problem(message: string, param: string | null, code = 'invalid_value'): ApiError {
  return errorBody(message, { param, code }).error
}

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function']
const namePattern = /^[a-zA-Z0-9_-]{1,64}$/

function findProblem(messages: unknown): ApiError | undefined {
  if (messages === undefined)
    return problem("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter')
  if (!Array.isArray(messages))
    return problem("Invalid type for 'messages': expected an array.", 'messages', 'invalid_type')
  if (messages.length === 0)
    return problem("Invalid 'messages': empty array. Expected at least 1 message.", 'messages', 'empty_array')
  let open: OpenCalls | undefined
  for (const [index, message] of messages.entries()) {
    const path = `messages.[${index}]`
    if (!isJsonObject(message)) return problem(`Invalid type for '${path}': expected an object.`, path, 'invalid_type')
    const { role } = message
    if (typeof role !== 'string' || !roles.includes(role))
      return problem(
        `Invalid value: ${quote(role)}. Supported values are: ${roles.map(quote).join(', ')}.`,
        `${path}.role`,
      )
    const wrong =
      role === 'tool' ? answer(message, path, open) : (unanswered(open) ?? contentProblem(role, message, path))
    if (wrong) return wrong
    if (role === 'tool') continue
    const calls = role === 'assistant' ? callsOf(message, path) : undefined
    if (calls && 'message' in calls) return calls
    open = calls && { path, waiting: calls, answered: new Set() }
  }
  return unanswered(open)
}

/** The assistant message whose calls are being answered. */
interface OpenCalls {
  readonly path: string
  readonly waiting: Set<string>
  readonly answered: Set<string>
}

/** Matches a tool message with its call. */
function answer(message: JsonObject, path: string, open: OpenCalls | undefined): ApiError | undefined {
  const id = message['tool_call_id']
  if (typeof id !== 'string' || id === '')
    return problem(
      `Missing required parameter: '${path}.tool_call_id'.`,
      `${path}.tool_call_id`,
      'missing_required_parameter',
    )
  if (!open)
    return problem(
      `Invalid parameter: messages with role 'tool' must follow a message with 'tool_calls' (${path}).`,
      `${path}.role`,
    )
  if (open.answered.has(id))
    return problem(
      `Duplicate tool message: '${id}' of ${open.path} was answered before ${path}.`,
      `${path}.tool_call_id`,
    )
  if (!open.waiting.delete(id))
    return problem(
      `Invalid parameter: 'tool_call_id' of '${id}' is not among the 'tool_calls' of ${open.path} (${path}).`,
      `${path}.tool_call_id`,
    )
  open.answered.add(id)
  return contentProblem('tool', message, path)
}

function unanswered(open: OpenCalls | undefined): ApiError | undefined {
  if (!open || open.waiting.size === 0) return undefined
  return problem(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. ` +
      `Without response (${open.path}): ${[...open.waiting].join(', ')}`,
    `${open.path}.tool_calls`,
  )
}

/** The ids of a message's calls; `undefined` where it has none. */
function callsOf(message: JsonObject, path: string): Set<string> | ApiError | undefined {
  const calls = message['tool_calls']
  if (calls === undefined) return undefined
  const at = `${path}.tool_calls`
  if (!Array.isArray(calls)) return problem(`Invalid type for '${at}': expected an array.`, at, 'invalid_type')
  if (calls.length === 0) return problem(`Invalid '${at}': empty array. Expected at least 1 call.`, at, 'empty_array')
  const ids = new Set<string>()
  for (const [index, call] of calls.entries()) {
    const wrong = callProblem(call, `${at}[${index}]`)
    if (wrong) return wrong
    const id = String(call.id)
    if (ids.has(id)) return problem(`Duplicate value for 'tool_call_id': '${id}' in ${at}.`, `${at}[${index}].id`)
    ids.add(id)
  }
  return ids
}

function callProblem(call: unknown, path: string): ApiError | undefined {
  if (!isJsonObject(call)) return problem(`Invalid type for '${path}': expected an object.`, path, 'invalid_type')
  if (typeof call['id'] !== 'string' || call['id'] === '')
    return problem(`Missing required parameter: '${path}.id'.`, `${path}.id`, 'missing_required_parameter')
  const type = call['type']
  if (type !== 'function' && type !== 'custom')
    return problem(`Invalid value: ${quote(type)}. Supported values are: 'function', 'custom'.`, `${path}.type`)
  const body = call[type]
  const text = type === 'function' ? 'arguments' : 'input'
  if (!isJsonObject(body) || typeof body['name'] !== 'string' || typeof body[text] !== 'string')
    return problem(
      `'${path}.${type}' needs the strings 'name' and '${text}'.`,
      `${path}.${type}`,
      'missing_required_parameter',
    )
  return namePattern.test(body['name']) ? undefined : nameProblem(body['name'], `${path}.${type}.name`)
}

function contentProblem(role: string, message: JsonObject, path: string): ApiError | undefined {
  const content = message['content']
  const at = `${path}.content`
  if (role === 'assistant') {
    const empty = placeholders.find(([name, field]) => isJsonObject(message[name]) && !message[name][field])
    if (empty !== undefined)
      return problem(`Missing required parameter: '${path}.${empty[0]}.${empty[1]}'.`, `${path}.${empty[0]}`)
  }
  if (role === 'function' && typeof message['name'] !== 'string')
    return problem(`Missing required parameter: '${path}.name'.`, `${path}.name`, 'missing_required_parameter')
  if (content === null || content === undefined) {
    const instead = ['tool_calls', 'refusal', 'audio', 'function_call'].some(
      (key) => message[key] !== undefined && message[key] !== null,
    )
    if (role === 'function' || (role === 'assistant' && instead)) return undefined
    return problem(
      `Invalid value for 'content': expected a string, got ${content === null ? 'null' : 'nothing'} (${path}).`,
      at,
      'invalid_type',
    )
  }
  if (typeof content === 'string') return undefined
  if (!Array.isArray(content) || content.length === 0)
    return problem(`Invalid type for '${at}': expected a string or an array of parts.`, at, 'invalid_type')
  const allowed = role === 'user' ? userParts : role === 'assistant' ? ['text', 'refusal'] : ['text']
  const wrong = content.findIndex((part) => !isJsonObject(part) || !allowed.includes(String(part['type'])))
  if (wrong < 0) return undefined
  return problem(
    `Invalid '${at}[${wrong}]': a ${role} message takes parts of type ${allowed.map(quote).join(', ')}.`,
    `${at}[${wrong}].type`,
  )
}

/** Empty fields that some servers add to an answer, and the subfield that is missing in them. */
const placeholders = [
  ['audio', 'id'],
  ['function_call', 'name'],
] as const
const userParts = ['text', 'image_url', 'input_audio', 'file']

function toolsProblem(request: JsonObject): ApiError | undefined {
  const { tools, tool_choice: choice } = request
  if (tools === undefined || tools === null) {
    const orphan = ['tool_choice', 'parallel_tool_calls'].find(
      (key) => request[key] !== undefined && !(key === 'tool_choice' && choice === 'none'),
    )
    return orphan === undefined ? undefined : problem(`'${orphan}' is only allowed when 'tools' are specified.`, orphan)
  }
  if (!Array.isArray(tools)) return problem("Invalid type for 'tools': expected an array.", 'tools', 'invalid_type')
  if (tools.length === 0)
    return problem("Invalid 'tools': empty array. Expected at least 1 tool.", 'tools', 'empty_array')
  if (tools.length > 128)
    return problem(
      `Invalid 'tools': array too long. Expected at most 128, but got ${tools.length}.`,
      'tools',
      'array_above_max_length',
    )
  const names = new Set<string>()
  for (const [index, tool] of tools.entries()) {
    const path = `tools[${index}]`
    const type = isJsonObject(tool) ? tool['type'] : undefined
    if (!isJsonObject(tool) || (type !== 'function' && type !== 'custom'))
      return problem(`Invalid value: ${quote(type)}. Supported values are: 'function', 'custom'.`, `${path}.type`)
    const body = tool[type]
    const name = isJsonObject(body) ? body['name'] : undefined
    if (typeof name !== 'string' || !namePattern.test(name)) return nameProblem(name, `${path}.${type}.name`)
    if (names.has(name))
      return problem(`Duplicate tool name: '${name}' (${path}). Names must be unique.`, `${path}.${type}.name`)
    names.add(name)
  }
  const wanted = isJsonObject(choice) ? nameOf(choice) : undefined
  if (wanted === undefined || names.has(wanted)) return undefined
  return problem(`Tool choice '${wanted}' not found in 'tools' parameter.`, 'tool_choice')
}

/** The name of the tool that a tool choice requires, if any. */
function nameOf(choice: JsonObject): string | undefined {
  const body = choice['function'] ?? choice['custom']
  return isJsonObject(body) && typeof body['name'] === 'string' ? body['name'] : undefined
}

function optionsProblem(request: JsonObject): ApiError | undefined {
  const { stream_options: streamOptions, n, metadata } = request
  if (streamOptions !== undefined && streamOptions !== null && request['stream'] !== true)
    return problem("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  if (n !== undefined && n !== null && !(typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= 128))
    return problem(`Invalid 'n': expected a whole number from 1 to 128, but got ${quote(n)}.`, 'n')
  if (isJsonObject(metadata) && Object.keys(metadata).length > 16)
    return problem(`Invalid 'metadata': at most 16 pairs, but got ${Object.keys(metadata).length}.`, 'metadata')
  return undefined
}

function nameProblem(name: unknown, path: string): ApiError {
  return problem(`Invalid '${path}': ${quote(name)} does not match the pattern '^[a-zA-Z0-9_-]{1,64}$'.`, path)
}

function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
