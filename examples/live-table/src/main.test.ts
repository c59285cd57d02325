import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accumulate } from 'toolloop'
import { expect, test } from 'vitest'
import type { Peaks } from './peaks.ts'
import { scriptedPeaks } from './script.ts'
import { frames } from './table.ts'

const last = [
  'continent      name         metres  climbed  by',
  '─────────────  ───────────  ──────  ───────  ────────────────────────────────',
  'Asia           Everest      8849    1953     Tenzing Norgay, Edmund Hillary',
  'South America  Aconcagua    6961    1897     Matthias Zurbriggen',
  'North America  Denali       6190    1913     Walter Harper and three others',
  'Africa         Kilimanjaro  5895    1889     Hans Meyer, Ludwig Purtscheller',
  'Europe         Elbrus       5642    1874     Akhia Sottaiev and three others',
  'Antarctica     Vinson       4892    1966     Nicholas Clinch and nine others',
  'Oceania        Puncak Jaya  4884    1962     Heinrich Harrer and three others',
]

test('the table grows with every delta, and marks what is not complete', async () => {
  const model = scriptedPeaks()
  const drawn: string[][] = []
  for await (const lines of frames(accumulate<Peaks>(model.stream({ messages: [] })))) drawn.push(lines)

  expect(drawn.at(-1)).toEqual(last)
  const first = new Set(drawn.map((lines) => (lines[2] ?? '').replaceAll(/ {2,}/g, ' ')))
  expect([...first]).toEqual([
    '',
    '▌',
    'Asia',
    'Asia Ever▌',
    'Asia Everest',
    'Asia Everest 8849',
    'Asia Everest 8849 1953',
    'Asia Everest 8849 1953 Te▌',
    'Asia Everest 8849 1953 Tenzing ▌',
    'Asia Everest 8849 1953 Tenzing Norgay▌',
    'Asia Everest 8849 1953 Tenzing Norgay, Edmu▌',
    'Asia Everest 8849 1953 Tenzing Norgay, Edmund Hil▌',
    'Asia Everest 8849 1953 Tenzing Norgay, Edmund Hillary',
  ])
})

test('the program prints the table', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@toolloop/source', join(import.meta.dirname, 'main.ts')],
    { env: { ...process.env, OPENAI_API_KEY: '' } },
  )
  expect(stdout).toBe(`${last.join('\n')}\n`)
})
