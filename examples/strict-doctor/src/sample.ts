// Typical schemas, as input for the doctor.
import * as z from 'zod'

export const getWeather = z.object({
  city: z.string().describe('As people write it'),
  unit: z.enum(['celsius', 'fahrenheit']).default('celsius'),
})

export const search = z.object({
  query: z.string().regex(/^(\w+\s?)*$/),
  filters: z.record(z.string(), z.any()),
  range: z.tuple([z.date(), z.date()]).optional(),
  limit: z.int().nullable().default(20),
})

export const updates = {
  patch: z.looseObject({ id: z.uuid() }),
  list: z.array(z.string()),
}
