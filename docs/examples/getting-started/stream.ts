import { forecaster } from './forecaster.ts'

const stream = forecaster.stream('Should I take an umbrella in Oslo?')
for await (const event of stream) {
  if (event.type === 'tool.start') console.log(`→ ${event.name}(${event.arguments})`)
  if (event.type === 'content.delta') process.stdout.write(event.delta)
}
const result = await stream.result
console.log(`\n${result.status}`)
