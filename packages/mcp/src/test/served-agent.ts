// Run by serve.test.ts: an agent as an MCP server over standard input and output.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text } from '@toolloop/testing'
import { serveMcp } from '../index.ts'

const add = tool({ name: 'add', execute: () => 3 })
const poet = agent({ name: 'poet', model: scriptedModel([call('add', {}), text('three')]), tools: [add] })
await serveMcp(poet, { name: 'served', description: 'Writes' }).stdio()
