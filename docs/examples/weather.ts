import { agent, outputOf, tool } from 'toolloop'
import { z } from 'zod'

export const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).default('celsius') }),
  effects: 'none', // it only reads: it may start while the model still sends
  execute: async ({ city, unit }) => ({ city, sky: 'rain', temperature: unit === 'celsius' ? 7 : 45 }),
})

const Advice = z.object({ umbrella: z.boolean(), why: z.string() })
export const forecaster = agent({ name: 'forecaster', model: 'gpt-5.1', tools: [getWeather], output: Advice })

const { umbrella, why } = outputOf(await forecaster.run('Should I take an umbrella in Oslo?'))
console.log(umbrella ? `Take one: ${why}` : `No need: ${why}`)
