// The tools of servers in memory: whatever they list, and whatever they answer.
import { agent, type Fact, memoryLog, type RunEvent } from '@toolloop/core'
import { describe, expect, it } from 'vitest'
import { call, calls, scriptedModel, text as says } from '@toolloop/testing'
import { McpError, type McpTools, mcpTools, type McpToolsOptions } from './index.ts'
import { type Answer, type ListedTool, ScriptedMcp } from './test/servers.ts'

const object = (properties: object = {}, more: object = {}): object => ({ type: 'object', properties, ...more })
const text = { type: 'string' }

/** The definitions by name, and the findings as `tool path: action`. */
async function offered(tools: readonly ListedTool[], options: McpToolsOptions = {}): Promise<object> {
  await using mcp = await mcpTools(new ScriptedMcp(tools).connect, options)
  return { parameters: parametersOf(mcp), findings: findingsOf(mcp) }
}
const parametersOf = (mcp: McpTools): Record<string, unknown> =>
  Object.fromEntries(
    mcp.tools.map(({ name, definition }) => [
      name,
      definition.type === 'function' ? definition.function.parameters : {},
    ]),
  )
const findingsOf = (mcp: McpTools): string[] =>
  mcp.findings.map(({ tool, path, action }) => `${tool} ${path}: ${action}`)

/** One run in which the model calls `name` once. */
async function called(
  answer: Answer,
  options: McpToolsOptions = {},
  args: Record<string, unknown> = {},
  tool: Partial<ListedTool> = {},
) {
  const server = new ScriptedMcp([{ name: 'act', inputSchema: object({ a: text }), ...tool }], answer)
  await using mcp = await mcpTools(server.connect, options)
  const model = scriptedModel([call(mcp.tools[0]!.name, args), says('done')])
  const run = agent({ name: 'a', model, tools: mcp.tools }).stream('go')
  const events: RunEvent[] = []
  for await (const event of run) events.push(event)
  const result = await run.result
  return { result, events, server, message: result.messages.find(({ role }) => role === 'tool')?.content }
}

describe('a list of tools', () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    ['no schema', undefined, object(), []],
    ['a schema without a type', { properties: { a: text, b: {} } }, object({ a: text, b: {} }), []],
    [
      'a type of another language',
      object({ a: { type: 'int' } }),
      object({ a: { type: 'integer' } }),
      ['t inputSchema.properties.a.type: repaired'],
    ],
    [
      'a type that is none',
      object({ a: { type: 'thing' } }),
      object({ a: {} }),
      ['t inputSchema.properties.a.type: loosened'],
    ],
    [
      'definitions that were lost',
      object({ a: { $ref: '#/$defs/A' } }),
      object({ a: {} }),
      ['t inputSchema.properties.a.$ref: loosened'],
    ],
    [
      'an array without items',
      object({ a: { type: 'array' }, b: {} }),
      object({ a: { type: 'array', items: {} }, b: {} }),
      [],
    ],
    ['an object without properties', object({ a: { type: 'object' }, b: {} }), object({ a: object(), b: {} }), []],
    [
      '`required` of draft 3',
      object({ a: { ...text, required: true } }),
      object({ a: text }, { required: ['a'] }),
      ['t inputSchema.properties: repaired'],
    ],
    [
      'a required name without a property',
      object({ a: text }, { required: ['b'] }),
      object({ a: text }),
      ['t inputSchema.required: loosened'],
    ],
    [
      'keywords of a wrong form',
      object({ a: { ...text, enum: 'x', maxLength: '3' } }),
      object({ a: text }),
      ['t inputSchema.properties.a.enum: loosened', 't inputSchema.properties.a.maxLength: loosened'],
    ],
    [
      'a union at the root',
      {
        type: 'object',
        oneOf: [object({ a: text }, { required: ['a'] }), object({ a: text, b: text }, { required: ['a', 'b'] })],
      },
      object({ a: text, b: text }, { required: ['a'] }),
      ['t inputSchema: loosened'],
    ],
    ['a schema that is no object', 'schema', object(), []],
  ])('%s is offered', async (_, inputSchema, parameters, findings) => {
    expect(await offered([{ name: 't', inputSchema }])).toEqual({ parameters: { t: parameters }, findings })
  })

  it('OpenAPI’s `nullable` and bounds of draft 4 are strict definitions', async () => {
    const a = { type: 'number', nullable: true, minimum: 0, exclusiveMinimum: true }
    expect(await offered([{ name: 't', inputSchema: object({ a }, { required: ['a'] }) }])).toEqual({
      parameters: {
        t: object(
          { a: { type: ['number', 'null'], exclusiveMinimum: 0 } },
          { required: ['a'], additionalProperties: false },
        ),
      },
      findings: [],
    })
  })

  it('names are valid and unique, and a valid one stays as it is', async () => {
    const names = ['a.b', 'a_b', 'ä', 'x'.repeat(80), 'ok']
    await using mcp = await mcpTools(new ScriptedMcp(names.map((name) => ({ name }))).connect)
    const found = mcp.tools.map(({ name }) => name)
    expect(found.map((name) => name.slice(0, 8))).toEqual(['a_b_2', 'a_b', '_', 'xxxxxxxx', 'ok'])
    expect(found.every((name) => /^[\w-]{1,64}$/.test(name))).toBe(true)
    expect(findingsOf(mcp)).toEqual(['a.b name: renamed', 'ä name: renamed', `${'x'.repeat(80)} name: renamed`])
  })

  it('is walked page by page, chosen and prefixed', async () => {
    const server = new ScriptedMcp(
      Array.from({ length: 25 }, (_, index) => ({ name: `t${index}` })),
      undefined,
      10,
    )
    await using mcp = await mcpTools(server.connect, {
      prefix: 'p_',
      include: (name) => !name.endsWith('1'),
      exclude: ['t3'],
    })
    expect(mcp.tools.length).toBe(21)
    expect(mcp.tools[0]?.name).toBe('p_t0')
  })

  it('broken tools cost the others nothing', async () => {
    let deep: object = text
    for (let level = 0; level < 1000; level++) deep = object({ a: deep })
    const tools = [{ name: 'good', inputSchema: object() }, { name: 'deep', inputSchema: deep }, 5, {}, { name: 7 }]
    await using mcp = await mcpTools(new ScriptedMcp(tools as ListedTool[]).connect)
    expect(mcp.tools.map(({ name }) => name)).toEqual(['good', 'deep'])
    expect(mcp.findings.map(({ tool, problem, action }) => [tool, problem, action])).toEqual([
      ['deep', 'nested more than 40 levels deep', 'loosened'],
    ])
  })

  it('descriptions are bounded', async () => {
    await using mcp = await mcpTools(new ScriptedMcp([{ name: 't', description: 'x'.repeat(100_000) }]).connect)
    expect(mcp.tools[0]?.description?.length).toBe(4097)
    expect(findingsOf(mcp)).toEqual(['t description: shortened'])
  })

  it('is read again when a lost connection is opened again', async () => {
    const server = new ScriptedMcp([{ name: 'a' }])
    await using mcp = await mcpTools(server.connect)
    await server.crash()
    server.tools = [{ name: 'a' }, { name: 'b' }]
    const model = scriptedModel([call('a', {}), says('done')])
    await agent({ name: 'a', model, tools: mcp.tools }).run('go')
    await expect.poll(() => mcp.tools.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('is followed when the server changes it', async () => {
    const server = new ScriptedMcp([{ name: 'a' }])
    await using mcp = await mcpTools(server.connect)
    const before = mcp.tools
    await server.changed([{ name: 'a' }, { name: 'b' }])
    await expect.poll(() => mcp.tools.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(before.length).toBe(1)
    expect(mcp.tools[0]).toBe(before[0])
  })

  it('is current in the next step after the call that changed it', async () => {
    const server = new ScriptedMcp([{ name: 'a' }], async () => {
      await server.changed([{ name: 'b' }])
      return { content: [] }
    })
    await using mcp = await mcpTools(server.connect)
    const seen: string[][] = []
    const model = scriptedModel([call('a', {}), says('done')])
    const prepareStep = async () => void seen.push((await mcp.current()).map(({ name }) => name))
    await agent({ name: 'a', model, tools: mcp.tools, prepareStep }).run('go')
    expect(seen).toEqual([['a'], ['b']])
  })
})

describe('effects', () => {
  const tools = [
    { name: 'read', annotations: { readOnlyHint: true } },
    { name: 'put', annotations: { idempotentHint: true } },
    { name: 'pay', annotations: {} },
  ]
  it.each<[McpToolsOptions['effects'], readonly string[]]>([
    [undefined, ['unsafe', 'unsafe', 'unsafe']],
    ['none', ['none', 'none', 'none']],
    [{ read: 'none' }, ['none', 'unsafe', 'unsafe']],
    ['annotations', ['none', 'idempotent', 'unsafe']],
  ])('given as %j', async (effects, expected) => {
    await using mcp = await mcpTools(new ScriptedMcp(tools).connect, { effects })
    expect(mcp.tools.map(({ policy }) => policy.effects)).toEqual(expected)
  })
})

describe('a call', () => {
  it('sends what the model wrote, and gives the model the text', async () => {
    const { message, server } = await called(() => ({ content: [{ type: 'text', text: 'ok' }] }), {}, { a: 'x' })
    expect(message).toBe('ok')
    expect(server.calls).toMatchObject([{ name: 'act', arguments: { a: 'x' } }])
  })

  it('drops the `null` of an absent property', async () => {
    const { server } = await called(() => ({ content: [] }), {}, { a: null })
    expect(server.calls).toMatchObject([{ arguments: {} }])
  })

  it('gives every kind of content as parts', async () => {
    const { result, message } = await called(() => ({
      content: [
        { type: 'text', text: 'see' },
        { type: 'image', data: 'aW1n', mimeType: 'image/png' },
        { type: 'audio', data: 'd2F2', mimeType: 'audio/wav' },
        { type: 'audio', data: 'b2dn', mimeType: 'audio/ogg' },
        { type: 'resource', resource: { uri: 'file:///a.txt', text: 'inside' } },
        { type: 'resource', resource: { uri: 'file:///a.pdf', blob: 'cGRm', mimeType: 'application/pdf' } },
        { type: 'resource_link', uri: 'file:///b.txt', name: 'b' },
      ],
    }))
    expect(message).toEqual([
      { type: 'text', text: 'see' },
      { type: 'text', text: '[audio of the type audio/ogg, which the model cannot hear]' },
      { type: 'text', text: '[resource file:///a.txt]\ninside' },
      { type: 'text', text: '[resource file:///b.txt: b]' },
    ])
    const parts = result.messages.find(({ role, content }) => role === 'user' && Array.isArray(content))?.content
    expect(parts).toEqual(
      expect.arrayContaining([
        { type: 'image_url', image_url: { url: 'data:image/png;base64,aW1n' } },
        { type: 'input_audio', input_audio: { data: 'd2F2', format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,cGRm' } },
      ]),
    )
  })

  it('checks structured content against its schema, and shows it where there is no text', async () => {
    const outputSchema = object({ n: { type: 'number' } }, { required: ['n'] })
    const right = await called(() => ({ content: [], structuredContent: { n: 1 } }), {}, {}, { outputSchema })
    expect(right.message).toBe('{"n":1}')
    const wrong = await called(() => ({ content: [], structuredContent: { n: 'x' } }), {}, {}, { outputSchema })
    expect(wrong.message).toMatch(/gave no result.*expected number/)
  })

  it('that the server reports as failed is a failed call, in the server’s words', async () => {
    const { result, message } = await called(() => ({
      isError: true,
      content: [{ type: 'text', text: 'no such\nfile' }],
    }))
    expect(message).toBe('no such\nfile')
    expect(result.steps[0]?.calls[0]).toMatchObject({ ok: false, reason: 'failed' })
  })

  it('is bounded', async () => {
    const { message } = await called(() => ({ content: [{ type: 'text', text: 'x'.repeat(1000) }] }), { maxResult: 10 })
    expect(message).toBe(`${'x'.repeat(10)}\n[cut: 1000 characters, of which the first 10 are shown]`)
  })

  it('reports progress', async () => {
    const { events } = await called(async (params, server) => {
      const { progressToken } = Reflect.get(params, '_meta') as { progressToken: number }
      await server.send({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } })
      return { content: [] }
    })
    expect(events.filter(({ type }) => type === 'tool.progress')).toMatchObject([{ data: { progress: 1, total: 2 } }])
  })

  it('that the server never answers times out, and the model reads it', async () => {
    const { message, result } = await called(() => undefined, { timeout: 50 })
    expect(message).toMatch(/gave no result: .*timed out/i)
    expect(result.status).toBe('done')
  })

  it('is cancelled at the server when the run is aborted', async () => {
    const server = new ScriptedMcp([{ name: 'act' }], () => undefined)
    await using mcp = await mcpTools(server.connect)
    const abort = new AbortController()
    const run = agent({ name: 'a', model: scriptedModel([call('act', {})]), tools: mcp.tools }).run('go', {
      signal: abort.signal,
    })
    await expect.poll(() => server.calls.length).toBe(1)
    abort.abort()
    expect((await run).status).toBe('aborted')
    await expect.poll(() => server.cancelled.length).toBe(1)
  })

  it('after the server crashed in one opens a new connection', async () => {
    const server = new ScriptedMcp([{ name: 'act' }], async (_, crashing) => {
      if (server.calls.length > 1) return { content: [{ type: 'text', text: 'back' }] }
      await crashing.crash()
      return undefined
    })
    await using mcp = await mcpTools(server.connect)
    const model = scriptedModel([call('act', {}), call('act', {}), says('done')])
    const result = await agent({ name: 'a', model, tools: mcp.tools }).run('go')
    const read = result.messages.flatMap(({ role, content }) => (role === 'tool' ? [content] : []))
    expect(read).toEqual([expect.stringMatching(/gave no result: .*closed/i), 'back'])
  })
})

describe('approval', () => {
  const pause = async (mcp: McpTools) =>
    (await agent({ name: 'a', model: scriptedModel([call('act', {}), says('done')]), tools: mcp.tools }).run('go'))
      .status

  it.each<[McpToolsOptions['approve'], string]>([
    [undefined, 'done'],
    [true, 'approval'],
    [['act'], 'approval'],
    [['other'], 'done'],
    [(name) => name === 'act', 'approval'],
  ])('given as %j', async (approve, status) => {
    await using mcp = await mcpTools(new ScriptedMcp([{ name: 'act' }]).connect, { approve })
    expect(await pause(mcp)).toBe(status)
  })

  it('is needed for a tool that changed since it was known', async () => {
    const server = new ScriptedMcp([{ name: 'act', description: 'reads' }])
    await using first = await mcpTools(server.connect)
    const known = JSON.parse(JSON.stringify(first.fingerprints)) as Record<string, string>
    await using same = await mcpTools(server.connect, { known })
    expect([await pause(same), findingsOf(same)]).toEqual(['done', []])
    server.tools = [{ name: 'act', description: 'deletes' }]
    await using other = await mcpTools(server.connect, { known })
    expect([await pause(other), findingsOf(other)]).toEqual(['approval', ['act : changed']])
  })

  it('is needed for a tool that changed while the agent had it', async () => {
    const server = new ScriptedMcp([{ name: 'act', description: 'reads' }])
    await using mcp = await mcpTools(server.connect)
    const before = mcp.tools
    await server.changed([{ name: 'act', description: 'deletes' }])
    await expect.poll(() => findingsOf(mcp)).toEqual(['act : changed'])
    const model = scriptedModel([call('act', {}), says('done')])
    expect((await agent({ name: 'a', model, tools: before }).run('go')).status).toBe('approval')
  })

  it.each(['another process', 'this process'])(
    'given to a tool that changes before the decision is requested again (%s)',
    async (where) => {
      const server = new ScriptedMcp([{ name: 'act', description: 'reads' }])
      await using mcp = await mcpTools(server.connect, { approve: true })
      const log = memoryLog()
      const paused = await agent({ name: 'a', model: scriptedModel([call('act', {})]), tools: mcp.tools }).run('go', {
        log,
      })
      if (paused.status !== 'approval') throw new Error(paused.status)
      const [request] = paused.requests
      expect(request?.fingerprint).toBe(mcp.fingerprints['act'])
      await server.changed([{ name: 'act', description: 'deletes' }])
      await using other = await mcpTools(server.connect, { approve: true })
      if (where === 'this process') await expect.poll(() => findingsOf(mcp)).toEqual(['act : changed'])
      const tools = where === 'this process' ? mcp.tools : other.tools
      const next = agent({ name: 'a', model: scriptedModel([says('done')]), tools })
      const from = memoryLog(JSON.parse(JSON.stringify(log.facts)) as Fact[])
      const again = await next.run(undefined, { from, decisions: { [request!.id]: { approve: true } } })
      if (again.status !== 'approval') throw new Error(again.status)
      expect(server.calls).toEqual([])
      expect(again.requests).toMatchObject([{ kind: 'approval', fingerprint: other.fingerprints['act'] }])
      const decisions = { [again.requests[0]!.id]: { approve: true } } as const
      expect((await next.run(undefined, { from, decisions })).status).toBe('done')
      expect(server.calls.length).toBe(1)
    },
  )

  it('is no reason for a trusted tool that only reads to wait for the rest of the message', async () => {
    const server = new ScriptedMcp([{ name: 'read', annotations: { readOnlyHint: true } }])
    await using mcp = await mcpTools(server.connect, { effects: 'annotations' })
    const model = scriptedModel([calls([{ name: 'read' }, { name: 'read' }]), says('done')])
    const seen: string[] = []
    for await (const { type } of agent({ name: 'a', model, tools: mcp.tools }).stream('go')) seen.push(type)
    expect(seen.indexOf('tool.start')).toBeLessThan(seen.indexOf('step.done'))
  })

  it('shows in the log which tool gave a result', async () => {
    const { result } = await called(() => ({ content: [] }))
    expect(result.steps[0]?.calls[0]?.details).toEqual({
      mcp: { tool: 'act', fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
    })
  })
})

it('a server that does not answer is an error that names it', async () => {
  const silent = new ScriptedMcp([])
  const connect = async () => {
    const transport = await silent.connect()
    await silent.crash()
    return transport
  }
  await expect(mcpTools(connect, { timeout: 20 })).rejects.toThrow(McpError)
})
