import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the examples of the streaming page do what it says', async () => {
  const program = join(import.meta.dirname, 'streaming.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', program])
  expect(stdout).toBe(`It will rain all day, and all night.
0 of 0 days: undefined
0 of 0 days: undefined
0 of 1 days: {}
0 of 1 days: {"day":"M"}
0 of 1 days: {"day":"Monday"}
0 of 1 days: {"day":"Monday"}
1 of 2 days: {}
1 of 2 days: {"day":"Tuesda"}
1 of 2 days: {"day":"Tuesday"}
2 of 2 days: {"day":"Tuesday","high":15}
Monday: 12°
Tuesday: 15°
Running get_weather with {"city":"Oslo"}
… false
… false
Oslo true
content.delta usage content.done stop
What had arrived: It will rain all
{
  missing: [],
  unfinished: [ { choice: 0, index: 0 } ],
  ignored: [],
  unknownFinish: []
}
{ role: 'assistant', content: 'Rain.' }
{ city: 'Oslo', days: [ { day: 'Mon' } ] } true false
[ { day: 'Monday', high: 12 } ]
`)
})
