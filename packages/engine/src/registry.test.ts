import { agent } from '@toolloop/core'
import { scriptedModel } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { registryOf } from './index.ts'

it('rejects two runnables of one name', () => {
  const payer = agent({ name: 'payer', model: scriptedModel([]) })
  expect(() => registryOf([payer, payer.with({ maxSteps: 3 })])).toThrow('named `payer`')
})
