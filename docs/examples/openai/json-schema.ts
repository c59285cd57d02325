import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Name the giant planets.' }],
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
const { planets } = JSON.parse(completion.choices[0]?.message.content ?? '{}') as { planets: string[] }
console.log(planets.join(', '))
