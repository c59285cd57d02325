// The schema and the question for the model.
import { responseFormat } from 'toolloop'
import { z } from 'zod'

const Peak = z.object({
  continent: z.string(),
  name: z.string(),
  metres: z.int(),
  climbed: z.int().describe('Year of the first ascent'),
  by: z.string().describe('The first climbers'),
})

export const peaks = responseFormat(z.object({ peaks: z.array(Peak) }), { name: 'peaks' })
export type Peak = z.infer<typeof Peak>
export interface Peaks {
  readonly peaks: readonly Peak[]
}
