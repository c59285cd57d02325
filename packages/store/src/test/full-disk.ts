// A run whose second tool result no longer fits into the file. Prints its outcome.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { fileLog } from '../index.ts'

const look = tool({ name: 'look', execute: () => 'x'.repeat(20_000) })
const model = scriptedModel([call('look'), text('Seen.')])
const { messages: _, ...result } = await agent({ name: 'looker', model, tools: [look] }).run('Look', {
  log: fileLog(process.argv[2]!),
})
console.log(JSON.stringify({ status: result.status, error: result.status === 'error' ? result.error : undefined }))
