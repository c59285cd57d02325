// Stored completions in memory: retrieve, list, update, delete, and the messages of a request.
import type { Completion } from '@toolloop/wire'
import { errorBody } from './api-error.ts'
import { isJsonObject, type JsonObject } from './json-object.ts'
import type { ScriptRequest } from './script.ts'

/** A status and a JSON body. */
export interface StoreAnswer {
  readonly status: number
  readonly body: unknown
}

interface Stored {
  completion: Completion & Record<string, unknown>
  readonly messages: readonly Record<string, unknown>[]
}

/** The completions with `store: true`, in order of creation. */
export class StoredCompletions {
  readonly #stored = new Map<string, Stored>()

  save(completion: Completion, request: ScriptRequest): void {
    const { temperature, top_p, presence_penalty, frequency_penalty, seed, tools, tool_choice, response_format } =
      request
    this.#stored.set(completion.id, {
      completion: {
        ...completion,
        request_id: `req_${this.#stored.size + 1}`,
        temperature: temperature ?? 1,
        top_p: top_p ?? 1,
        presence_penalty: presence_penalty ?? 0,
        frequency_penalty: frequency_penalty ?? 0,
        seed: seed ?? null,
        tools: tools ?? null,
        tool_choice: tool_choice ?? null,
        response_format: response_format ?? null,
        input_user: request.user ?? null,
        metadata: request.metadata ?? {},
      },
      messages: request.messages.map(({ content, ...message }, index) => ({
        id: `${completion.id}-${index}`,
        name: null,
        ...message,
        content: Array.isArray(content) ? null : (content ?? null),
        content_parts: Array.isArray(content) ? content : null,
      })),
    })
  }

  /** Answers all routes below `/chat/completions` but the creation. */
  answer(
    method: string,
    id: string | undefined,
    messages: boolean,
    query: URLSearchParams,
    body: unknown,
  ): StoreAnswer {
    if (id === undefined) return method === 'GET' ? this.#list(query) : notAllowed(method)
    const found = this.#stored.get(id)
    if (!found) return errorAnswer(404, `Completion ${id} not found`, 'completion_id', 'not_found')
    if (messages) return method === 'GET' ? page(found.messages, query) : notAllowed(method)
    switch (method) {
      case 'GET':
        return { status: 200, body: found.completion }
      case 'POST':
        return this.#update(found, body)
      case 'DELETE':
        this.#stored.delete(id)
        return { status: 200, body: { object: 'chat.completion.deleted', id, deleted: true } }
      default:
        return notAllowed(method)
    }
  }

  #update(found: Stored, body: unknown): StoreAnswer {
    const metadata = isJsonObject(body) ? body['metadata'] : undefined
    if (metadata !== null && !isJsonObject(metadata))
      return errorAnswer(400, "Missing required parameter: 'metadata'.", 'metadata', 'missing_required_parameter')
    found.completion = { ...found.completion, metadata: stringsOf(metadata) }
    return { status: 200, body: found.completion }
  }

  #list(query: URLSearchParams): StoreAnswer {
    const model = query.get('model')
    const wanted = [...query].flatMap(([key, value]) => {
      const name = /^metadata\[(.+)\]$/.exec(key)?.[1]
      return name === undefined ? [] : [[name, value] as const]
    })
    const found = [...this.#stored.values()]
      .map(({ completion }) => completion)
      .filter((completion) => model === null || completion.model === model)
      .filter(({ metadata }) =>
        wanted.every(([name, value]) => metadata != null && Object.hasOwn(metadata, name) && metadata[name] === value),
      )
    return page(found, query)
  }
}

/** A page: `limit` items after the one with the id `after`. */
function page(items: readonly Record<string, unknown>[], query: URLSearchParams): StoreAnswer {
  const order = query.get('order') ?? 'asc'
  if (order !== 'asc' && order !== 'desc')
    return errorAnswer(
      400,
      `Invalid value: '${order}'. Supported values are: 'asc' and 'desc'.`,
      'order',
      'invalid_value',
    )
  const limit = Number(query.get('limit') ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    return errorAnswer(
      400,
      `Invalid 'limit': expected a whole number from 1 to 100, but got ${query.get('limit')}.`,
      'limit',
      'invalid_value',
    )
  const ordered = order === 'desc' ? items.toReversed() : items
  const after = query.get('after')
  const start = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1
  if (after !== null && start === 0) return errorAnswer(404, `Item ${after} not found`, 'after', 'not_found')
  const data = ordered.slice(start, start + limit)
  return {
    status: 200,
    body: {
      object: 'list',
      data,
      first_id: data[0]?.['id'] ?? null,
      last_id: data.at(-1)?.['id'] ?? null,
      has_more: start + limit < ordered.length,
    },
  }
}

function stringsOf(metadata: JsonObject | null): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, String(value)]))
}

function notAllowed(method: string): StoreAnswer {
  return errorAnswer(405, `Method ${method} is not allowed here.`, null, 'method_not_allowed')
}

function errorAnswer(status: number, message: string, param: string | null, code: string): StoreAnswer {
  return { status, body: errorBody(message, { param, code }) }
}
