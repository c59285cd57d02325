// Calls inside calls. One that waits for a unit of the line whose unit its outer call holds could wait forever.
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { ToolExecution } from '@toolloop/core'
import { segmentOf } from '@toolloop/core/machine'
import type { Line } from './line.ts'

/** A unit that a tool call holds while code inside it runs. */
interface Holding {
  readonly line: Line
  readonly outer: Holding | undefined
  isHeld: boolean
}

/** Missing where the platform has none: then only agents as tools are recognised. */
const storage: AsyncLocalStorage<Holding> | undefined = (() => {
  const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
  return hooks && new hooks.AsyncLocalStorage<Holding>()
})()

/** By the id that runs inside a tool call have: the lines of which the call holds units. */
const heldBy = new Map<string, Set<Line>>()

/** Runs a tool call that holds a unit of the line. */
export async function holding<Value>(
  line: Line,
  execution: ToolExecution,
  execute: () => Promise<Value>,
): Promise<Value> {
  const inside = `${execution.runId}/${segmentOf(execution.step, execution.call.id)}`
  const lines = heldBy.get(inside) ?? new Set()
  heldBy.set(inside, lines.add(line))
  const held: Holding = { line, outer: storage?.getStore(), isHeld: true }
  try {
    return await (storage ? storage.run(held, execute) : execute())
  } finally {
    held.isHeld = false
    lines.delete(line)
    if (lines.size === 0) heldBy.delete(inside)
  }
}

/** The lines of which the calls around a call of this run hold units. */
export function linesAround(runId: string | undefined): ReadonlySet<Line> {
  const lines = new Set<Line>()
  for (let held = storage?.getStore(); held; held = held.outer) if (held.isHeld) lines.add(held.line)
  for (const id of runId === undefined ? [] : withOuter(runId)) for (const line of heldBy.get(id) ?? []) lines.add(line)
  return lines
}

/** The id, and those of the runs around it: `a/b/c`, `a/b`, `a`. */
function* withOuter(id: string): Generator<string> {
  for (let end = id.length; end > 0; end = id.lastIndexOf('/', end - 1)) yield id.slice(0, end)
}
