import OpenAI from 'toolloop/openai'
import { zodFunction } from 'toolloop/openai/helpers/zod'
import { z } from 'zod'

const client = new OpenAI()
const Weather = z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']) })

const completion = await client.chat.completions.parse({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Weather in Oslo?' }],
  tools: [zodFunction({ name: 'get_weather', description: 'Weather in a city', parameters: Weather })],
})
for (const call of completion.choices[0]?.message.tool_calls ?? []) {
  if (call.type !== 'function') continue
  const { city, unit } = Weather.parse(call.function.parsed_arguments)
  console.log(city, unit)
}
