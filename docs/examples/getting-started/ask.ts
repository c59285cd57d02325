import { outputOf } from 'toolloop'
import { forecaster } from './forecaster.ts'

const result = await forecaster.run('Should I take an umbrella in Oslo?')
console.log(outputOf(result))
console.log(`${result.steps.length} steps, ended as ${result.status}`)
