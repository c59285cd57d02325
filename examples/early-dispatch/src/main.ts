// pnpm demo early-dispatch: the same run with early dispatch off and on.
import { logger } from 'toolloop'
import { draw, timeline } from './timeline.ts'

for (const early of [false, true]) {
  console.log(`early dispatch ${early ? 'on' : 'off'}`)
  const rows = await timeline(early, logger(process.stdout))
  console.log(`\n${draw(rows)}\n`)
}
