// pnpm demo early-dispatch: the same run with early dispatch off and on.
import { draw, timeline } from './timeline.ts'

for (const early of [false, true])
  console.log(`early dispatch ${early ? 'on' : 'off'}\n${draw(await timeline(early))}\n`)
