// The routes of the API below `/chat/completions`: turns a request into the plan of its response, without HTTP.
import { errorBody } from './api-error.ts'
import { isJsonObject } from './json-object.ts'
import { jsonPlan, planOf, type Plan } from './plan.ts'
import type { Playback, ScriptOptions, ScriptRequest } from './script.ts'
import { StoredCompletions } from './stored-completions.ts'

/** The parts of an HTTP request that a route needs. */
export interface ApiRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON; the text where it is not JSON. */
  readonly body: unknown
}

export interface ChatApiOptions extends ScriptOptions {
  /** The only accepted key (`authorization: Bearer …` or `api-key`); others get a 401. @default every key is accepted */
  readonly apiKey?: string
}

/** Plays a script behind the routes of the API, and keeps completions with `store: true`. */
export class ChatApi {
  readonly #playback: Playback
  readonly #options: ChatApiOptions
  readonly #store = new StoredCompletions()

  constructor(playback: Playback, options: ChatApiOptions) {
    this.#playback = playback
    this.#options = options
  }

  async answer(request: ApiRequest): Promise<Plan> {
    const { method, url, headers, body } = request
    const key = headers['authorization']?.replace(/^Bearer /i, '') ?? headers['api-key']
    if (this.#options.apiKey !== undefined && key !== this.#options.apiKey)
      return jsonPlan(401, errorBody('Incorrect API key provided.', { code: 'invalid_api_key' }))
    const route = /\/chat\/completions(?:\/([^/]+)(\/messages)?)?$/.exec(url.pathname)
    if (!route) return jsonPlan(404, errorBody(`Invalid URL (${method} ${url.pathname})`))
    const [, id, messages] = route
    if (method === 'POST' && id === undefined) return this.#complete(request)
    const name = id === undefined ? undefined : decodeURIComponent(id)
    const stored = this.#store.answer(method, name, messages !== undefined, url.searchParams, body)
    return jsonPlan(stored.status, stored.body)
  }

  async #complete({ body }: ApiRequest): Promise<Plan> {
    const { check, deltaSize = 8, delay = 0 } = this.#options
    const objection = check?.(body)
    if (objection) return jsonPlan(400, { error: objection })
    if (!isRequest(body)) return jsonPlan(400, errorBody('The body must be a JSON object with an array `messages`.'))
    try {
      const { reply, index } = await this.#playback.take(body)
      const plan = planOf(reply, {
        index,
        model: body.model ?? 'scripted',
        request: body,
        stream: body.stream === true,
        includeUsage: body.stream_options?.include_usage === true,
        deltaSize,
        delay,
      })
      if (body.store === true && plan.completion) this.#store.save(plan.completion, body)
      return plan
    } catch (error) {
      // Not a 500: clients would retry it.
      const { message } = this.#playback.fail(error)
      return jsonPlan(400, errorBody(message, { type: 'script_error', code: 'script_error' }))
    }
  }
}

function isRequest(body: unknown): body is ScriptRequest {
  return isJsonObject(body) && Array.isArray(body['messages'])
}
