import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { agent, outputOf, tool } from 'toolloop'
import { z } from 'zod'

const getWeather = tool({
  name: 'get_weather',
  parameters: z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).default('celsius') }),
  execute: () => 'rain',
})
const Advice = z.object({ umbrella: z.boolean(), why: z.string() })
const forecaster = agent({ name: 'forecaster', model: 'gpt-5.1', tools: [getWeather], output: Advice })

// #region test
const model = scriptedModel([
  call('get_weather', { city: 'Oslo', unit: null }),
  // a step may look at what the tools really returned
  (request) => text(JSON.stringify({ umbrella: true, why: toolResults(request)[0]?.content })),
])
const advice = outputOf(await forecaster.with({ model }).run('Umbrella?'))
console.log(advice.umbrella) // true
model.assertUsed() // throws if a step is left over; a request too many has failed already
// #endregion
