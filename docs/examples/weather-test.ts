import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { agent, outputOf, tool } from 'toolloop'
import { z } from 'zod'

const getWeather = tool({ name: 'get_weather', parameters: z.object({ city: z.string() }), execute: () => 'rain' })
const forecaster = agent({ name: 'forecaster', model: 'gpt-5.1', tools: [getWeather] })

// #region test
const model = scriptedModel([
  call('get_weather', { city: 'Oslo' }),
  (request) => text(`Take one: ${toolResults(request)[0]?.content}.`), // a step may look at what it was sent
])
const result = await forecaster.with({ model }).run('Umbrella?')
console.log(outputOf(result)) // Take one: rain.
model.assertUsed() // throws if a step is left over; a request too many has failed already
// #endregion
