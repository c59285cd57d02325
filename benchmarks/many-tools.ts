// Many tools: what a step costs with 20, 200 and 2,000 of them, offered by themselves and behind `toolSearch`, and what it
// costs to make 1,000 tools of an MCP server. The model answers in process. Run it, after a build, with
//   node benchmarks/many-tools.ts [samples]
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { mcpTools } from '@toolloop/mcp'
import { agent, type AnyTool, type ChatModel, type Completion, tool, toolSearch } from 'toolloop'
import * as z from 'zod'

const sizes = [20, 200, 2000]
const steps = 200
const subjects: Readonly<Record<string, () => Promise<number>>> = {
  ...Object.fromEntries(
    sizes.flatMap((size) => [
      [`a step, ${size} tools, offered`, () => stepCost(toolsOf(size))],
      [`a step, ${size} tools, toolSearch`, () => stepCost(toolSearch(toolsOf(size)))],
    ]),
  ),
  '1,000 MCP schemas': conversion,
}

const [, , mode, given] = process.argv
if (mode === '--sample') console.log(await subjects[given ?? '']!())
else report(Number(mode ?? 5))

function report(samples: number): void {
  const results = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]))
  for (let sample = 0; sample < samples; sample++)
    for (const [name, measured] of results) {
      const args = [...process.execArgv, import.meta.filename, '--sample', name]
      measured.push(Number(execFileSync(process.execPath, args, { encoding: 'utf8' })))
    }
  console.log(`${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}; medians of ${samples}, with their range`)
  for (const [name, measured] of results) {
    const sorted = measured.toSorted((a, b) => a - b)
    const [low, middle, high] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!]
    console.log(`${name.padEnd(32)} ${middle.toFixed(3)} ms (${low.toFixed(3)}–${high.toFixed(3)})`)
  }
}

/**
 * Milliseconds of a step after the first, over one run. The model calls `look` in each. Runs before it compile the code,
 * and let the collector move the tools to the old generation: else their schemas, not the steps, decide the figure.
 */
async function stepCost(tools: readonly AnyTool[]): Promise<number> {
  for (let warm = 0; warm < 5; warm++) await runCost(tools)
  return runCost(tools)
}

async function runCost(tools: readonly AnyTool[]): Promise<number> {
  let since = 0
  let count = 0
  const model: ChatModel = {
    name: 'bench',
    create: async () => {
      if (++count === 2) since = performance.now()
      const isLast = count > steps
      const fn = { name: 'look', arguments: JSON.stringify({ id: count }) }
      const message = isLast
        ? { role: 'assistant', content: 'done', refusal: null }
        : { role: 'assistant', content: null, tool_calls: [{ id: `c${count}`, type: 'function', function: fn }] }
      const choice = { index: 0, message, finish_reason: isLast ? 'stop' : 'tool_calls', logprobs: null }
      return {
        id: `r${count}`,
        object: 'chat.completion',
        created: 0,
        model: 'bench',
        choices: [choice],
      } as unknown as Completion
    },
  }
  const look = tool({ name: 'look', parameters: z.object({ id: z.int() }), execute: ({ id }) => `seen ${id}` })
  const result = await agent({ name: 'bench', model, tools: [look, ...tools], maxSteps: steps + 2, wire: 'plain' }).run(
    'go',
  )
  if (result.status !== 'done') throw new Error(result.status)
  return (performance.now() - since) / (steps - 1)
}

function toolsOf(size: number): readonly AnyTool[] {
  return Array.from({ length: size }, (_, index) =>
    tool({
      name: `tool_${index}`,
      description: `Does the thing number ${index} to a document`,
      parameters: z.object({ id: z.int().describe('The document'), note: z.string().optional() }),
      execute: () => 'done',
    }),
  )
}

/** Milliseconds to list and convert 1,000 tools of a server in memory. */
async function conversion(): Promise<number> {
  const text = { type: 'string', description: 'A text' }
  const listed = Array.from({ length: 1000 }, (_, index) => ({
    name: `tool_${index}`,
    description: `Does the thing number ${index}`,
    inputSchema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        id: { type: 'integer' },
        tags: { type: 'array', items: text },
        nested: { type: 'object', properties: { a: text, b: { type: 'number', nullable: true } }, required: ['a'] },
        either: { anyOf: [text, { type: 'null' }] },
      },
      required: ['id'],
    },
  }))
  const since = performance.now()
  await using mcp = await mcpTools(() => memoryTransport(listed), { era: 'legacy' })
  if (mcp.tools.length !== listed.length) throw new Error(`${mcp.tools.length} tools`)
  return performance.now() - since
}

type Transport = Awaited<ReturnType<Extract<Parameters<typeof mcpTools>[0], () => unknown>>>

function memoryTransport(tools: readonly object[]): Transport {
  const results: Readonly<Record<string, { readonly [key: string]: unknown }>> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'bench', version: '1' },
    },
    'tools/list': { tools },
  }
  const transport: Transport = {
    start: async () => {},
    close: async () => {},
    send: async (message) => {
      if (!('method' in message) || !('id' in message)) return
      const { id, method } = message
      queueMicrotask(() => transport.onmessage?.({ jsonrpc: '2.0', id, result: results[method] ?? {} }))
    },
  }
  return transport
}
