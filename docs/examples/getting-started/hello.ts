import { agent, outputOf } from 'toolloop'
import { model } from './model.ts'

const greeter = agent({ name: 'greeter', model, instructions: 'Answer in one sentence.' })

const result = await greeter.run('Who are you?')
console.log(outputOf(result))
