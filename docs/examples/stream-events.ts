import { Client, responseFormat } from 'toolloop'
import { z } from 'zod'

await using client = new Client()

const Recipe = z.object({ title: z.string(), ingredients: z.array(z.string()) })

await using stream = client.chat.completions.stream({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'A recipe for pancakes.' }],
  response_format: responseFormat(Recipe, { name: 'recipe' }),
})
let shown = 0
for await (const event of stream) {
  if (event.type === 'content.delta') {
    // The part of the answer that has arrived.
    const complete = event.parsed?.ingredients?.slice(0, -1) ?? []
    for (const ingredient of complete.slice(shown)) console.log('-', ingredient)
    shown = Math.max(shown, complete.length)
  }
  if (event.type === 'usage') console.log(event.usage.total_tokens > 0)
}
const { choices } = await stream.final()
console.log(choices[0]?.message.parsed?.title)
