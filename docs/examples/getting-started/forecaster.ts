import { agent, tool } from 'toolloop'
import { z } from 'zod'
import { model } from './model.ts'

export const getWeather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({ city: z.string() }),
  effects: 'none', // it only reads, so it may start while the model still sends
  timeout: 5_000, // milliseconds
  execute: async ({ city }) => ({ city, sky: 'rain', celsius: 7 }),
})

export const forecaster = agent({ name: 'forecaster', model, tools: [getWeather] })
