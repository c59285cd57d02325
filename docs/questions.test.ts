// What the page of questions states about profiles is what the profiles say.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chatModel, Client } from 'toolloop'
import { expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, 'questions.md'), 'utf8')
const servers = readFileSync(join(import.meta.dirname, 'servers.md'), 'utf8')
const table = new Map(
  [...page.matchAll(/^\| `([a-z]+)`\s+\| `(\w+)`\s+\| `(\w+)`\s+\|$/gm)].map(([, name = '', plain, tools]) => [
    name,
    [plain, tools],
  ]),
)
const names = [...(/^Known by name: (.+?)\. /m.exec(servers)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
  ([, name = '']) => name,
)

it.each([...new Set([...names, ...table.keys(), 'compatible'])])('%s asks for an answer as the page says', (name) => {
  const client = new Client({ baseURL: 'http://localhost/v1', apiKey: 'none' })
  const { output, outputWithTools = output } = chatModel(client, 'any', { profile: name as 'openai' }).profile ?? {
    output: 'native',
  }
  expect(table.get(name) ?? ['tool', 'tool']).toEqual([output, outputWithTools])
})
