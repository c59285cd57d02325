// A table of an answer that is still arriving.
import type { StreamEvent } from 'toolloop'
import type { Peak, Peaks } from './peaks.ts'

const columns = ['continent', 'name', 'metres', 'climbed', 'by'] as const satisfies readonly (keyof Peak)[]

/** Behind a value that may still grow. */
const cursor = '▌'

/** The table after every delta, as lines. A delta costs what it adds, however long the answer is. */
export async function* frames(events: AsyncIterable<StreamEvent<Peaks>>): AsyncGenerator<string[], void> {
  for await (const event of events) {
    if (event.type !== 'content.delta') continue
    const rows = event.parsed?.peaks ?? []
    const cells = rows.map((row, at) =>
      columns.map((column) => {
        const value = row[column]
        if (value === undefined) return ''
        return event.isComplete(['peaks', at, column]) ? String(value) : `${value}${cursor}`
      }),
    )
    yield linesOf([[...columns], ...cells])
  }
}

function linesOf(cells: readonly (readonly string[])[]): string[] {
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return lines.toSpliced(1, 0, widths.map((width) => '─'.repeat(width)).join('  '))
}
