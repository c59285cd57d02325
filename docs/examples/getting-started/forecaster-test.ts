import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { outputOf } from 'toolloop'
import { forecaster } from './forecaster.ts'

test('the forecaster looks at the weather before it answers', async () => {
  const model = scriptedModel([
    call('get_weather', { city: 'Rome' }),
    (request) => text(`I looked: ${toolResults(request)[0]?.content}`),
  ])
  const result = await forecaster.with({ model }).run('Rome?')
  assert.equal(outputOf(result), 'I looked: {"city":"Rome","sky":"rain","celsius":7}')
  model.assertUsed() // throws if a step of the script was not used
})
