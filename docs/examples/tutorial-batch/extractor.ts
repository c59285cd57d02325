import { agent } from 'toolloop'
import { z } from 'zod'
import { model } from './model.ts'

export const Invoice = z.object({ number: z.string(), total: z.number() })

export const extractor = agent({
  name: 'extractor',
  model,
  instructions: 'Extract the invoice. Copy values as they are written.',
  output: Invoice,
})
