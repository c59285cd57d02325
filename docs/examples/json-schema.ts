import { Client } from 'toolloop'

await using client = new Client()

// Your own JSON Schema, with the answer as text. With Zod: see parse.ts.
const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Which planets have rings?' }],
  response_format: {
    type: 'json_schema',
    json_schema: {
      name: 'planets',
      strict: true,
      schema: {
        type: 'object',
        properties: { planets: { type: 'array', items: { type: 'string' } } },
        required: ['planets'],
        additionalProperties: false,
      },
    },
  },
})
const { planets } = JSON.parse(completion.choices[0]?.message.content ?? '') as { planets: string[] }
console.log(planets.join(', '))
