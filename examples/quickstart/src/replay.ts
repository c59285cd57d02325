// pnpm demo:replay FILE: goes through a run of the demo again, from its log: no model, no network, no tool.
import { describe, replay } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { explorer } from './explorer.ts'
import { messageOf } from './show.ts'

try {
  const file = process.argv.slice(2).find((argument) => argument !== '--')
  if (file === undefined) throw new Error('Which log? The demo says where its log is.')
  const log = fileLog(file)
  console.log(await describe(log))
  const { output, steps } = await replay(log, explorer({ model: 'recorded' }))
  console.log(`Today's agent does the same, over ${steps.length} steps.${output ? ` Largest: ${output.largest}` : ''}`)
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
