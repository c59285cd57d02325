// Runs one program with the peer and with this package, each against its own server. Compares requests and results.
import { scriptedServer, type Script, type SeenRequest } from '@toolloop/testing'
import * as Peer from 'openai'
import * as peerZod from 'openai/helpers/zod'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { ChatCompletionStreamingRunner } from 'openai/lib/ChatCompletionStreamingRunner'
import { Stream } from 'openai/streaming'
import * as Ours from '../index.ts'
import * as ourZod from '../zod.ts'

/** What a program may use. It is typed as the peer and holds either package. */
export interface Kit {
  readonly client: Peer.OpenAI
  readonly OpenAI: typeof Peer.OpenAI
  readonly AzureOpenAI: typeof Peer.AzureOpenAI
  readonly zodResponseFormat: typeof peerZod.zodResponseFormat
  readonly zodFunction: typeof peerZod.zodFunction
  readonly ChatCompletionStream: typeof ChatCompletionStream
  readonly ChatCompletionStreamingRunner: typeof ChatCompletionStreamingRunner
  readonly Stream: typeof Stream
  readonly baseURL: string
}

export type Program = (kit: Kit) => Promise<unknown>

export interface Run {
  readonly requests: readonly unknown[]
  readonly result: unknown
}

export function runWithPeer(script: Script, program: Program): Promise<Run> {
  return run(script, program, (baseURL) => ({
    OpenAI: Peer.OpenAI,
    AzureOpenAI: Peer.AzureOpenAI,
    client: new Peer.OpenAI({ baseURL, apiKey: 'sk-test' }),
    ...peerZod,
    ChatCompletionStream,
    ChatCompletionStreamingRunner,
    Stream,
    baseURL,
  }))
}

export function runWithOurs(script: Script, program: Program): Promise<Run> {
  return run(
    script,
    program,
    (baseURL) =>
      ({
        OpenAI: Ours.OpenAI,
        AzureOpenAI: Ours.AzureOpenAI,
        client: new Ours.OpenAI({ baseURL, apiKey: 'sk-test' }),
        ...ourZod,
        ChatCompletionStream: Ours.ChatCompletionStream,
        ChatCompletionStreamingRunner: Ours.ChatCompletionStreamingRunner,
        Stream: Ours.Stream,
        baseURL,
      }) as unknown as Kit,
  )
}

async function run(script: Script, program: Program, kitFor: (baseURL: string) => Kit): Promise<Run> {
  const server = await scriptedServer(script)
  try {
    const result = await Promise.resolve(kitFor(server.url)).then(program).catch(failure)
    return { requests: server.requests.map(essence), result: plain(result, server.url) }
  } finally {
    await server.close()
  }
}

/** The fields of an error that programs read. */
export function failure(error: unknown): Record<string, unknown> {
  const {
    constructor,
    name,
    message,
    status,
    code,
    param,
    type,
    requestID,
    error: body,
  } = error as Record<string, never>
  const own = {
    class: (constructor as { name: string }).name,
    name,
    message,
    status,
    code,
    param,
    type,
    requestID,
    body,
  }
  return { thrown: Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) }
}

/** Headers that the HTTP layer sets, and those that name the client. */
const agents =
  /^(user-agent|x-stainless-.*|idempotency-key|host|connection|accept-language|accept-encoding|sec-fetch-mode|transfer-encoding)$/

function essence({ method, path, query, headers, body }: SeenRequest): unknown {
  const sent = Object.entries(headers).filter(([name]) => !agents.test(name))
  return {
    method,
    path,
    query,
    headers: Object.fromEntries(sent.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}

/** As JSON, as a program would log it. The origin is replaced, because its port differs in each run. */
function plain(value: unknown, url: string): unknown {
  const { origin } = new URL(url)
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value).replaceAll(origin, 'http://server'))
}
