// One run as a timeline: when the model talked, and when each call ran.
import { reply, scriptedModel, text } from '@toolloop/testing'
import { agent, type RunEvent, tool } from 'toolloop'
import { z } from 'zod'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const lookUp = tool({
  name: 'look_up',
  description: 'Looks a city up; takes a while',
  parameters: z.object({ city: z.string() }),
  effects: 'none',
  execute: async ({ city }) => {
    await pause(250)
    return `${city} is fine`
  },
})

export interface Row {
  readonly label: string
  /** Milliseconds since the run began. */
  readonly from: number
  readonly to: number
}

/** An agent whose model takes its time to name three cities. */
export function travellerOf(earlyDispatch: boolean) {
  const cities = ['Oslo', 'Rome', 'Lima']
  const model = scriptedModel(
    [
      reply({ toolCalls: cities.map((city) => ({ name: 'look_up', args: { city } })), delay: 25, deltaSize: 3 }),
      text('All fine.'),
    ],
    { name: 'slow' },
  )
  return agent({ name: 'traveller', model, tools: [lookUp], earlyDispatch })
}

/** Runs the agent, and notes when what happened. `show` gets each event. */
export async function timeline(earlyDispatch: boolean, show?: (event: RunEvent) => void): Promise<Row[]> {
  const seen: { readonly at: number; readonly event: RunEvent }[] = []
  const start = performance.now()
  for await (const event of travellerOf(earlyDispatch).stream('How are they?')) {
    seen.push({ at: Math.round(performance.now() - start), event })
    show?.(event)
  }
  return rowsOf(seen)
}

function rowsOf(seen: readonly { readonly at: number; readonly event: RunEvent }[]): Row[] {
  const rows: Row[] = []
  for (const { at, event } of seen) {
    if (event.type === 'step.start') rows.push({ label: `model ${event.step + 1}`, from: at, to: at })
    if (event.type === 'step.done') close(rows, `model ${event.step + 1}`, at)
    if (event.type === 'tool.start') rows.push({ label: event.arguments, from: at, to: at })
    if (event.type === 'tool.done') close(rows, event.arguments, at)
  }
  return rows
}

function close(rows: Row[], label: string, to: number): void {
  const index = rows.findIndex((row) => row.label === label)
  const row = rows[index]
  if (row) rows[index] = { ...row, to }
}

/** The rows as bars; `width` characters are the whole run. */
export function draw(rows: readonly Row[], width = 60): string {
  const end = Math.max(...rows.map((row) => row.to), 1)
  return rows
    .map(({ label, from, to }) => {
      const left = Math.round((from / end) * width)
      const length = Math.max(1, Math.round(((to - from) / end) * width))
      return `${label.padEnd(16)} ${' '.repeat(left)}${'█'.repeat(length)}${' '.repeat(Math.max(0, width - left - length))} ${from}–${to} ms`
    })
    .join('\n')
}
