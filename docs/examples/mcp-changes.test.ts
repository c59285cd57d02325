import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { mcpTools, serveMcp } from '@toolloop/mcp'
import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, outputOf, tool } from 'toolloop'
import { expect, test } from 'vitest'

const open = tool({ name: 'open_project', execute: () => 'opened' })
const serving = serveMcp([open], { name: 'projects' })
const fetch = (url: string | URL, init?: RequestInit) => serving.fetch(new Request(url, init))

test('a list that is followed', async () => {
  const model = scriptedModel([call('open_project', {}), text('Opened.')])
  await using files = await mcpTools(
    () => new StreamableHTTPClientTransport(new URL('http://projects.invalid'), { fetch }),
  )
  // #region follow
  const clerk = agent({ name: 'clerk', model, prepareStep: async () => ({ addTools: await files.current() }) })
  // #endregion
  const result = await clerk.run('Open the project.')
  expect(outputOf(result)).toBe('Opened.')
  expect(result.steps[0]?.calls[0]?.content).toBe('opened')
  expect(result.prefix.breaks).toEqual([])
})
