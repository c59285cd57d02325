// The README's programs run. (That it quotes them as they are, pages.test.ts checks.)
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { call, scriptedServer, text, toolResults } from '@toolloop/testing'
import { expect, it } from 'vitest'

const file = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
it.each([
  ['weather.ts', 'Take one: rain at 7 degrees.'],
  ['weather-test.ts', 'true'],
])('docs/examples/%s runs', async (name, printed) => {
  await using server = await scriptedServer((request) => {
    const [weather] = toolResults(request)
    if (!weather) return call('get_weather', { city: 'Oslo', unit: null })
    const { sky, temperature } = JSON.parse(weather.content) as { sky: string; temperature: number }
    return text(JSON.stringify({ umbrella: true, why: `${sky} at ${temperature} degrees.` }))
  })
  const program = join(import.meta.dirname, 'examples', name)
  const env = { ...process.env, OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url }
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@toolloop/source', program], {
    env,
    timeout: 15_000,
  })
  expect(stdout.trim()).toBe(printed)
})

it('is under two screens', () => {
  expect(file('../README.md').split('\n').length).toBeLessThan(100)
})
