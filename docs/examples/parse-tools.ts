import { Client, tool } from 'toolloop'
import { z } from 'zod'

await using client = new Client()

const getWeather = tool({
  name: 'get_weather',
  description: 'Weather in a city',
  parameters: z.object({ city: z.string(), days: z.number().int().default(1) }),
})
const setAlarm = tool({ name: 'set_alarm', parameters: z.object({ at: z.iso.time() }) })

const completion = await client.chat.completions.parse({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Weather in Oslo and Rome, and wake me at seven.' }],
  tools: [getWeather, setAlarm],
})
for (const call of completion.choices[0]?.message.tool_calls ?? []) {
  if (call.type !== 'function') continue
  // The name narrows the type of the arguments.
  if (call.function.name === 'get_weather') {
    const { city, days } = call.function.parsed_arguments
    console.log(`${city}, ${days} day(s)`)
  } else {
    console.log(`alarm at ${call.function.parsed_arguments.at}`)
  }
}
