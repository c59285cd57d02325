// The types must be cheap to check: each call costs some hundreds of instantiations, however many calls there are.
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { each, instantiationsOf, programFolder } from '../../../scripts/type-cost.ts'

const folder = programFolder(import.meta.dirname)
/** The transport speaks to Node's undici. */
const options = { types: ['node'], include: ['../../../transport/src/http/*.d.ts'] }

const head = `
import OpenAI from '../../src/index.ts'
const client = new OpenAI()
declare const tools: OpenAI.ChatCompletionTool[]
`
const uses = (index: number): string => `
{
  const { choices } = await client.chat.completions.create({ model: 'm${index}', messages: [{ role: 'user', content: '' }], tools })
  choices[0]?.message.content satisfies string | null | undefined
  const stream = client.chat.completions.stream({ model: 'm${index}', messages: [], response_format: { type: 'json_object' } })
  stream.on('content.delta', ({ delta }) => delta satisfies string).on('end', () => {})
  for await (const chunk of stream) chunk.choices[0]?.delta.content satisfies string | null | undefined
  const runner = client.chat.completions.runTools({
    model: 'm${index}', messages: [],
    tools: [{ type: 'function', function: { name: 'f', description: '', parameters: {}, function: (args: string) => args } }],
  })
  ;(await runner.finalContent()) satisfies string | null
}`

const instantiations = (count: number): number => instantiationsOf(folder, `${head}${each(count, uses)}\n`, options)

describe('the cost of checking a program', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is some hundreds of instantiations a call, and does not grow with their number', () => {
    const [one, five, ten] = [instantiations(1), instantiations(5), instantiations(10)]
    const first = (five - one) / 4
    const second = (ten - five) / 5
    expect(first).toBeLessThan(2_500)
    expect(second).toBeLessThan(first * 1.2 + 100)
  }, 60_000)
})
