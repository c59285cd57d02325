// A model without a network: it streams a given text, a few characters at a time.
import { scriptedModel, text, type ScriptedModel } from '@toolloop/testing'
import type { Peak } from './peaks.ts'

const answer: readonly Peak[] = [
  { continent: 'Asia', name: 'Everest', metres: 8849, climbed: 1953, by: 'Tenzing Norgay, Edmund Hillary' },
  { continent: 'South America', name: 'Aconcagua', metres: 6961, climbed: 1897, by: 'Matthias Zurbriggen' },
  { continent: 'North America', name: 'Denali', metres: 6190, climbed: 1913, by: 'Walter Harper and three others' },
  { continent: 'Africa', name: 'Kilimanjaro', metres: 5895, climbed: 1889, by: 'Hans Meyer, Ludwig Purtscheller' },
  { continent: 'Europe', name: 'Elbrus', metres: 5642, climbed: 1874, by: 'Akhia Sottaiev and three others' },
  { continent: 'Antarctica', name: 'Vinson', metres: 4892, climbed: 1966, by: 'Nicholas Clinch and nine others' },
  { continent: 'Oceania', name: 'Puncak Jaya', metres: 4884, climbed: 1962, by: 'Heinrich Harrer and three others' },
]

export function scriptedPeaks(delay = 0): ScriptedModel {
  return scriptedModel([text(JSON.stringify({ peaks: answer }))], { deltaSize: 6, delay })
}
