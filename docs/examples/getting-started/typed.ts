import { agent, outputOf } from 'toolloop'
import { z } from 'zod'
import { getWeather } from './forecaster.ts'
import { model } from './model.ts'

const adviser = agent({
  name: 'adviser',
  model,
  tools: [getWeather],
  output: z.object({ umbrella: z.boolean(), celsius: z.number() }),
})

const { umbrella, celsius } = outputOf(await adviser.run('Should I take an umbrella in Oslo?'))
console.log(umbrella ? 'Take one.' : 'Leave it.', celsius + 273, 'kelvin')
