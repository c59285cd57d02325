// Every way to read a stream, run one after the other against a model that plays a script.
import {
  accumulate,
  accumulateBatches,
  CompletionBuilder,
  elements,
  normalizeCompletion,
  PartialJson,
  reportOf,
  snapshotOf,
  type StreamEvent,
} from '@toolloop/stream'
import { call, fault, reply, scriptedModel, text } from '@toolloop/testing'

interface Forecast {
  city: string
  days: { day: string; high: number }[]
}

const forecast: Forecast = {
  city: 'Oslo',
  days: [
    { day: 'Monday', high: 12 },
    { day: 'Tuesday', high: 15 },
  ],
}
const rain = text('It will rain all day, and all night.')
const json = text(JSON.stringify(forecast))
const cut = reply({ toolCalls: [{ name: 'get_weather', args: '{"city":' }], finishReason: 'length' })
const weather = call('get_weather', { city: 'Oslo' })
const model = scriptedModel([rain, json, json, weather, weather, rain, rain, fault.cutAt(rain, 900), cut])
const request = { messages: [{ role: 'user' as const, content: 'What will the weather be?' }] }
const handled: string[] = []

function handle(event: StreamEvent): void {
  if (handled.at(-1) !== event.type) handled.push(event.type)
}

function run(name: string, args: string): void {
  console.log(`Running ${name} with ${args}`)
}

// Text as it arrives.
for await (const event of accumulate(model.stream(request))) {
  if (event.type === 'content.delta') process.stdout.write(event.delta)
  if (event.type === 'content.done') process.stdout.write('\n')
}

// JSON as it arrives.
for await (const event of accumulate<Forecast>(model.stream(request))) {
  if (event.type !== 'content.delta') continue
  const days = event.parsed?.days ?? []
  const complete = days.filter((_, at) => event.isComplete(['days', at]))
  console.log(`${complete.length} of ${days.length} days: ${JSON.stringify(days.at(-1))}`)
}

// The items of an array.
const days = elements<Forecast['days'][number]>(accumulate(model.stream(request)), ['days'])
for await (const { day, high } of days) console.log(`${day}: ${high}°`)

// Tool calls.
for await (const event of accumulate(model.stream(request))) {
  if (event.type === 'call.sealed' && event.call.type === 'function') {
    run(event.call.function.name, event.call.function.arguments)
  }
}

// The arguments of a call, as they arrive.
for await (const event of accumulate<unknown, { get_weather: { city: string } }>(model.stream(request))) {
  if (event.type === 'tool_calls.function.arguments.delta' && event.name === 'get_weather') {
    console.log(event.parsed?.city ?? '…', event.isComplete(['city']))
  }
}

// By hand.
const builder = new CompletionBuilder({ n: 1, chunkEvents: false })
for await (const chunk of model.stream(request)) {
  for (const event of builder.push(chunk)) handle(event)
}
for (const event of builder.finish()) handle(event)
const completion = builder.snapshot()
console.log(handled.join(' '), completion.choices[0]?.finish_reason)

// Many at a time.
for await (const events of accumulateBatches(model.stream(request))) {
  for (const event of events) handle(event)
}

// A stream that breaks.
try {
  for await (const event of accumulate(model.stream(request))) handle(event)
} catch (error) {
  console.log('What had arrived:', snapshotOf(error)?.choices[0]?.message.content)
}

// Corrected and missing fields.
const whole = new CompletionBuilder()
for await (const chunk of model.stream(request)) whole.push(chunk)
whole.finish()
const { missing, unfinished, ignored, unknownFinish } = reportOf(whole.snapshot())
console.log({ missing, unfinished, ignored, unknownFinish })

// A plain body.
const body = { choices: [{ message: { content: [{ type: 'text', text: 'Rain.' }], tool_calls: null } }] }
console.log(normalizeCompletion(body).choices[0]?.message)

// JSON in pieces, wherever they come from.
const parser = new PartialJson<Forecast>()
parser.push('{"city":"Oslo","days":[{"day":"Mon')
console.log(parser.value, parser.isComplete(['city']), parser.isComplete(['days', 0]))
parser.push('day","high":12}]}')
console.log(parser.end().days)
