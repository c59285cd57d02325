import { accumulate } from '@toolloop/stream'
import { Transport } from '@toolloop/transport'
import { apiKey, type Body } from '../../src/adapter.ts'
import type { StreamAdapter, Table } from '../adapter.ts'

type Follow = (baseURL: string) => (body: Body) => Promise<string>

const follow =
  (look: boolean): Follow =>
  (baseURL) => {
    const client = new Transport({ baseURL, apiKey })
    return async (body) => {
      const stream = await client.create({ ...body, stream: true })
      let length = 0
      let rows = 0
      let answer = ''
      for await (const event of accumulate<Table>(stream.batches(), { chunkEvents: false })) {
        switch (event.type) {
          case 'content.delta':
            length += event.delta.length
            if (look) rows = event.parsed?.rows?.length ?? rows
            break
          case 'tool_calls.function.arguments.delta':
            length += event.delta.length
            if (look) rows = (event.parsed as Table | undefined)?.rows?.length ?? rows
            break
          case 'content.done':
            answer += event.content
            break
          case 'tool_calls.function.arguments.done':
            answer += event.arguments
        }
      }
      if (length !== answer.length || (look && rows === 0)) throw new Error('something was lost')
      return answer
    }
  }

export default {
  text: follow(false),
  arguments: follow(false),
  partials: follow(true),
  object: follow(true),
} satisfies StreamAdapter
