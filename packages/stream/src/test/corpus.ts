// Recorded answers of many servers, compared with what they should come to. The folder is named by TOOLLOOP_CORPUS.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Completion } from '@toolloop/wire'
import type { JsonObject } from '../json/value.ts'
import { asWire } from '../json/value.ts'

export interface Case {
  readonly name: string
  readonly vendor: string
  readonly kind: 'stream' | 'json'
  readonly body: Uint8Array
  readonly expected: Expected
}

/** The part of `expected.json` that an accumulator answers for. */
export interface Expected {
  readonly choices: readonly JsonObject[]
  readonly [field: string]: unknown
}

/** The cases of a folder that hold a stream or a plain body; `undefined` where no folder is named. */
export function readCorpus(folder: string | undefined = process.env['TOOLLOOP_CORPUS']): Case[] | undefined {
  if (!folder) return undefined
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'expected.json')))
    .flatMap((entry) => readCase(folder, entry.name))
}

/** A completion and its reasoning in the form of `expected.json`. */
export function summary(completion: Completion, reasoning: ReadonlyMap<number, string>): Expected {
  const other = asWire<JsonObject>(completion)
  return {
    choices: completion.choices.map((choice) => ({
      index: choice.index,
      ...messageSummary(asWire(choice.message)),
      reasoning: reasoning.get(choice.index) ?? null,
      finish_reason: choice.finish_reason ?? null,
      ...(choice.logprobs
        ? {
            logprobs: {
              content_tokens: choice.logprobs.content?.length ?? 0,
              refusal_tokens: choice.logprobs.refusal?.length ?? 0,
            },
          }
        : {}),
    })),
    id: completion.id || null,
    model: completion.model || null,
    created: completion.created || null,
    usage: completion.usage ?? null,
    system_fingerprint: completion.system_fingerprint || null,
    service_tier: completion.service_tier || null,
    error: other['error'] ?? null,
    ...Object.fromEntries(['citations', 'search_results'].flatMap((key) => (other[key] ? [[key, other[key]]] : []))),
  }
}

/**
 * `expected.json` without what only the decoder or the recording knows, without the count of raw reasoning blocks, and
 * without a `function_call` that has no name and audio that has no id: they hold nothing.
 */
export function comparable(expected: Expected): Expected {
  const { usage_source: _source, done_seen: _done, chunks: _chunks, model_last: _last, ...rest } = expected
  return {
    ...rest,
    choices: rest.choices.map(({ reasoning_details_items: _items, function_call: call, audio, ...choice }) => ({
      ...choice,
      ...(asWire<JsonObject | undefined>(call)?.['name'] ? { function_call: call } : {}),
      ...(asWire<JsonObject | undefined>(audio)?.['id'] ? { audio } : {}),
      finish_reason: choice['finish_reason'] || null,
    })),
    ...Object.fromEntries(
      ['id', 'model', 'created', 'system_fingerprint', 'service_tier'].map((key) => [key, expected[key] || null]),
    ),
  }
}

function messageSummary(message: JsonObject): JsonObject {
  const calls = asWire<JsonObject[]>(message['tool_calls'] ?? [])
  const audio = asWire<JsonObject | undefined>(message['audio'])
  return {
    role: message['role'],
    content: message['content'],
    refusal: message['refusal'] ?? null,
    tool_calls: calls.map((call) => {
      const body = asWire<JsonObject>(call['custom'] ?? call['function'])
      return { id: call['id'], type: call['type'], name: body['name'], arguments: body['arguments'] ?? body['input'] }
    }),
    ...(message['function_call'] ? { function_call: message['function_call'] } : {}),
    ...(audio
      ? {
          audio: {
            id: audio['id'],
            transcript: audio['transcript'],
            data_len: String(audio['data']).length,
            ...('expires_at' in audio ? { expires_at: audio['expires_at'] } : {}),
          },
        }
      : {}),
    ...(Array.isArray(message['images']) ? { images: message['images'].length } : {}),
    ...(Array.isArray(message['annotations']) && message['annotations'].length > 0
      ? { annotations: message['annotations'] }
      : {}),
  }
}

function readCase(folder: string, name: string): Case[] {
  const json = (file: string): JsonObject => asWire(JSON.parse(readFileSync(join(folder, name, file), 'utf8')))
  const meta = json('meta.json')
  const kind = meta['kind']
  if (kind !== 'stream' && kind !== 'json') return []
  const body = readFileSync(join(folder, name, kind === 'stream' ? 'response.sse' : 'response.json'))
  return [{ name, vendor: String(meta['vendor']), kind, body, expected: asWire(json('expected.json')) }]
}
