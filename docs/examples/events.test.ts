import { call, scriptedModel, text } from '@toolloop/testing'
import { agent, logger, tool } from 'toolloop'
import { expect, test } from 'vitest'
import { z } from 'zod'

const add = tool({
  name: 'add',
  parameters: z.object({ a: z.number(), b: z.number() }),
  effects: 'none',
  execute: ({ a, b }) => a + b,
})

test('events', async () => {
  const written: string[] = []
  const write = (piece: string) => void written.push(piece)
  const calculator = agent({
    name: 'calculator',
    model: scriptedModel([call('add', { a: 1, b: 2 }), text('Three.')]),
    tools: [add],
  })
  // #region events
  const stream = calculator.stream('1 + 2?')
  stream.on('step.start', ({ model }) => write(`(${model}) `)) // listeners see the same events
  for await (const event of stream) {
    if (event.type === 'content.delta') write(event.delta)
    if (event.type === 'tool.done' && event.ok && event.name === 'add')
      write(`${event.args.a} + ${event.args.b} = ${event.output}; `) // numbers, both ways
  }
  const result = await stream.result
  // #endregion
  expect(written.join('')).toBe('(scripted) 1 + 2 = 3; (scripted) Three.')
  expect(result.status).toBe('done')
})

test('arguments while they arrive', async () => {
  let drawn = ''
  const draw = (path: string, body: string) => void (drawn = `${path}: ${body}`)
  const write = tool({
    name: 'write_file',
    parameters: z.object({ path: z.string(), text: z.string().default('') }),
    execute: ({ path, text: content }) => `${content.length} characters in ${path}`,
  })
  const author = agent({
    name: 'author',
    model: scriptedModel([call('write_file', { path: 'owls.txt', text: 'An owl, at night.' }), text('Done.')]),
    tools: [write],
  })
  // #region arguments
  for await (const event of author.stream('A haiku about owls, into owls.txt')) {
    if (event.type === 'tool_calls.function.arguments.delta' && event.name === 'write_file')
      draw(event.parsed?.path ?? '', event.parsed?.text ?? '') // as much of both as has arrived
  }
  // #endregion
  expect(drawn).toBe('owls.txt: An owl, at night.')
})

test('on a terminal', async () => {
  const written: string[] = []
  const out = { write: (piece: string) => written.push(piece) }
  const calculator = agent({
    name: 'calculator',
    model: scriptedModel([call('add', { a: 1, b: 2 }), text('Three.')]),
    tools: [add],
    earlyDispatch: false,
  })
  const show = logger(out, { level: 'info' }) // out: process.stdout
  for await (const event of calculator.stream('1 + 2?')) show(event)
  expect(written.join('').replaceAll(/\d+ ms/g, '0 ms')).toBe(
    '\nstep 1 scripted\n  → add({"a":1,"b":2})\n  ✓ add 0 ms 3\n\nstep 2 scripted\nThree.\n',
  )
})
