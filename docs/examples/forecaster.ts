import { agent, outputOf, tool } from 'toolloop'
import { z } from 'zod'

const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({ city: z.string() }),
  effects: 'none',
  execute: async ({ city }) => ({ city, sky: 'rain' }),
})

const forecaster = agent({
  name: 'forecaster',
  model: 'gpt-5.1',
  instructions: 'Answer from the weather.',
  tools: [getWeather],
  output: z.object({ umbrella: z.boolean() }),
  maxSteps: 10,
})

const { umbrella } = outputOf(await forecaster.run('Should I take an umbrella in Oslo?'))
console.log(umbrella)
