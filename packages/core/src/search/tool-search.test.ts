// Five hundred tools, of which the requests carry a few.
import { tool, ToolRetry } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { agent, type AnyTool, toolSearch, type ToolSearchOptions } from '../index.ts'

const things = [
  'invoice',
  'ticket',
  'calendar event',
  'repository',
  'deployment',
  'shipment',
  'contact',
  'survey',
  'coupon',
  'backup',
]
const verbs = ['create', 'delete', 'archive', 'export', 'rename', 'copy', 'approve', 'schedule', 'list', 'audit']
const places = ['Berlin', 'Paris', 'Oslo', 'Rome', 'Madrid']
const ran: string[] = []
const many: readonly AnyTool[] = places.flatMap((place) =>
  verbs.flatMap((verb) =>
    things.map((thing) => {
      const name = `${verb}_${thing.replace(' ', '_')}_${place}`
      return tool({
        name,
        description: `${verb} one ${thing} at the office in ${place}`,
        parameters: z.object({ id: z.int().describe(`The number of the ${thing}`), note: z.string().optional() }),
        execute: ({ id }) => (ran.push(name), `${name} ${id}`),
      })
    }),
  ),
)

const found = (name: string, args: unknown = { id: 7, note: null }) =>
  call('call_tool', { name, arguments: JSON.stringify(args) })
const search = (query: string) => call('search_tools', { query })

async function run(
  tools: readonly AnyTool[],
  script: Parameters<typeof scriptedModel>[0],
  options?: ToolSearchOptions,
) {
  const model = scriptedModel(script)
  const result = await agent({ name: 'a', model, tools: toolSearch(tools, options), maxSteps: 50 }).run('go')
  return { result, model, done: result.steps.flatMap(({ calls }) => calls) }
}

describe('toolSearch', () => {
  it('offers at most 5 % of 500 tools, finds one, and calls it in the next step', async () => {
    expect(many.length).toBe(500)
    const { result, model, done } = await run(many, [
      search('rename a shipment in Oslo'),
      found('rename_shipment_Oslo'),
      text('done'),
    ])
    const [first] = model.requests
    const full = JSON.stringify(many.map(({ definition }) => definition)).length
    expect(JSON.stringify(first).length / full).toBeLessThan(0.05)
    expect(JSON.stringify(done[0]?.content)).toMatch(/^"\{\\"name\\":\\"rename_shipment_Oslo\\"/)
    expect(done[1]).toMatchObject({ ok: true, content: 'rename_shipment_Oslo 7' })
    expect(result.status).toBe('done')
  })

  it('every request of 20 steps extends the one before', async () => {
    const steps = Array.from({ length: 10 }, (_, index) => [
      search(`${verbs[index]} a coupon in Rome`),
      found(`${verbs[index]}_coupon_Rome`),
    ])
    const { result } = await run(many, [...steps.flat(), text('done')], { always: ['list_ticket_Oslo'] })
    expect(result.steps.length).toBe(21)
    expect(result.prefix.breaks).toEqual([])
  })

  it.each([
    ['approve the invoice in Paris', 'approve_invoice_Paris'],
    ['calendarEvent Madrid audit', 'audit_calendar_event_Madrid'],
    ['deploymnet archive berlin', 'archive_deployment_Berlin'],
  ])('finds %j', async (query, name) => {
    const { done } = await run(many, [search(query), text('done')])
    expect(
      (done[0]!.content as string)
        .split('\n')
        .slice(0, 3)
        .map((line) => (JSON.parse(line) as { name: string }).name),
    ).toContain(name)
  })

  it('ranks by a function', async () => {
    const { done } = await run(many, [search('x'), text('done')], {
      rank: () => ['copy_backup_Rome', 'none'],
      limit: 3,
    })
    expect(JSON.parse(done[0]?.content as string)).toMatchObject({ name: 'copy_backup_Rome' })
  })

  it('the model reads what is wrong with a call', async () => {
    const failing = tool({
      name: 'failing',
      execute: () => {
        throw new ToolRetry('busy')
      },
    })
    const slow = tool({ name: 'slow', timeout: 5, execute: () => new Promise(() => {}) })
    const hidden = tool({ name: 'hidden', enabled: false, execute: () => 'no' })
    const { done } = await run(
      [...many, failing, slow, hidden],
      [
        found('nothing'),
        found('list_ticket_Oslo', { id: 'x', note: null }),
        found('failing', {}),
        found('slow', {}),
        found('hidden', {}),
        search('qqq'),
        text('done'),
      ],
    )
    expect(done.map(({ ok, content }) => [ok, content])).toEqual([
      [false, 'There is no tool "nothing". Find its name with search_tools.'],
      [false, expect.stringContaining('Invalid arguments for `list_ticket_Oslo`')],
      [false, 'busy'],
      [false, 'The tool `slow` did not finish within 5 ms.'],
      [false, 'There is no tool "hidden". Find its name with search_tools.'],
      [true, 'No tool fits. Search with other words.'],
    ])
  })

  it('a found tool keeps its approval, its progress and its output', async () => {
    const pay = tool({
      name: 'pay',
      parameters: z.object({ amount: z.number() }),
      needsApproval: ({ amount }) => amount > 100,
      execute: () => 'paid',
    })
    const counted = tool({
      name: 'counted',
      output: z.number().transform((n) => n + 1),
      execute: async function* () {
        yield 'half'
        return 1
      },
    })
    const script = [found('pay', { amount: 5 }), found('counted', {}), found('pay', { amount: 500 })]
    const { result, done } = await run([pay, counted], script)
    expect(done.map(({ content }) => content)).toEqual(['paid', '2'])
    expect(result.status === 'approval' && result.requests.map(({ name, kind }) => [name, kind])).toEqual([
      ['call_tool', 'approval'],
    ])
  })

  it('tools of `always` are offered by their own names', async () => {
    const { model, result } = await run(many, [call('list_ticket_Oslo', { id: 1, note: null }), text('done')], {
      always: ['list_ticket_Oslo'],
    })
    expect(model.requests[0]?.tools?.map((one) => (one.type === 'function' ? one.function.name : ''))).toEqual([
      'list_ticket_Oslo',
      'search_tools',
      'call_tool',
    ])
    expect(toolResults(model.requests[1]!)).toHaveLength(1)
    expect(result.status).toBe('done')
  })

  it('rejects unknown and double names', () => {
    expect(() => toolSearch(many, { always: ['x'] })).toThrow('`always` names `x`')
    expect(() => toolSearch([...many, many[0]!])).toThrow('two tools are called `create_invoice_Berlin`')
  })
})

it('rejects an agent as a tool that it would hide, and offers one of `always`', () => {
  const helper = agent({ name: 'helper', model: scriptedModel([]) }).asTool({ name: 'help', description: 'Helps.' })
  expect(() => toolSearch([...many, helper])).toThrow(/`help` runs an agent.* name it in `always`/)
  expect(toolSearch([...many, helper], { always: ['help'] })[0]).toBe(helper)
})
