// pnpm demo live-table: an answer in JSON, drawn as a table while it arrives.
import { accumulate, chatModel, Client } from 'toolloop'
import type { ChatModel } from 'toolloop'
import { peaks, type Peaks } from './peaks.ts'
import { Screen } from './screen.ts'
import { scriptedPeaks } from './script.ts'
import { frames } from './table.ts'

const model = modelOf(process.env['OPENAI_MODEL'] ?? 'gpt-5.1')
const chunks = model.stream?.(
  {
    messages: [{ role: 'user', content: 'The highest mountain of each continent, and who climbed it first.' }],
    response_format: peaks,
  },
  {},
)
if (!chunks) throw new Error(`The model ${model.name} cannot stream.`)

const screen = new Screen(process.stdout)
for await (const lines of frames(accumulate<Peaks>(chunks, { n: 1 }))) screen.draw(lines)
screen.end()

/** The real one with a key; without, a scripted one that takes its time. */
function modelOf(name: string): ChatModel {
  if (process.env['OPENAI_API_KEY']) return chatModel(new Client(), name)
  return scriptedPeaks(process.stdout.isTTY ? 40 : 0)
}
