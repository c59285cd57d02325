// Accumulates a very long answer, for a run under a small heap. Prints the sizes of what it came to.
import type { Chunk } from '@toolloop/wire'
import { accumulate } from '../index.ts'

const deltas = Number(process.argv[2])

/** JSON that begins and goes on for ever. */
function* source(): Generator<Chunk[]> {
  for (let at = 0; at < deltas; at += 16) {
    yield Array.from({ length: 16 }, (_, next) => parse(`"content":"${word(at + next)}"`))
    const args = at === 0 ? String.raw`{\"a\":\"  ` : '        '
    yield [parse(`"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"${args}"}}]`)]
  }
}

/** Five letters, others each time, so that no string is kept once for many. */
function word(at: number): string {
  return at === 0 ? String.raw`\"open` : at.toString(36).padStart(5, '.')
}

function parse(delta: string): Chunk {
  return JSON.parse(`{"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{${delta}}}],"usage":{"n":1}}`)
}

const events = accumulate(source())
let count = 0
for (;;) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  const { done, value } = await events.next()
  if (done) {
    const message = value.choices[0]?.message
    const call = message?.tool_calls?.[0]
    const input = call?.type === 'function' ? call.function.arguments.length : 0
    console.log(JSON.stringify({ events: count, content: message?.content?.length, arguments: input }))
    break
  }
  // One look at the beginning must not cost memory for all that follows.
  if (count++ < 100 && 'parsed' in value && value.parsed === undefined) throw new Error('the JSON does not show')
}
