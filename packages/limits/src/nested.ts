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

/** By line: the ids that runs inside the tool calls have, which hold its units. */
const heldBy = new WeakMap<Line, Set<string>>()

/** Runs a tool call that holds a unit of the line. */
export async function holding<Value>(
  line: Line,
  execution: ToolExecution,
  execute: () => Promise<Value>,
): Promise<Value> {
  const inside = `${execution.runId}/${segmentOf(execution.step, execution.call.id)}`
  const ids = heldBy.get(line) ?? new Set()
  heldBy.set(line, ids.add(inside))
  const held: Holding = { line, outer: storage?.getStore(), isHeld: true }
  try {
    return await (storage ? storage.run(held, execute) : execute())
  } finally {
    held.isHeld = false
    ids.delete(inside)
  }
}

/** Whether a call of this run is inside a call that holds a unit of the line. */
export function isInside(line: Line, runId: string | undefined): boolean {
  for (let held = storage?.getStore(); held; held = held.outer) if (held.line === line && held.isHeld) return true
  if (runId !== undefined)
    for (const id of heldBy.get(line) ?? []) if (runId === id || runId.startsWith(`${id}/`)) return true
  return false
}
