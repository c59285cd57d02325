import OpenAI from 'toolloop/openai'
import { zodFunction } from 'toolloop/openai/helpers/zod'
import { z } from 'zod'

const client = new OpenAI()

const runner = client.chat.completions
  .runTools({
    model: 'gpt-5.1',
    messages: [{ role: 'user', content: 'Do I need an umbrella in Oslo?' }],
    tools: [
      zodFunction({
        name: 'get_weather',
        description: 'Weather in a city',
        parameters: z.object({ city: z.string() }),
        function: ({ city }) => `Rain in ${city}`,
      }),
    ],
  })
  .on('functionToolCall', ({ name, arguments: args }) => console.log(name, args))
  .on('functionToolCallResult', (result) => console.log(result))
console.log(await runner.finalContent())
