import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { SchemaError, tool, ToolInputError } from './index.ts'

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: z.object({
    city: z.string().describe('As people write it'),
    unit: z.enum(['celsius', 'fahrenheit']).default('celsius'),
    days: z.int().min(1).max(7).optional(),
  }),
  execute: ({ city, unit }) => `${city} in ${unit}`,
})

describe('tool', () => {
  it('writes a strict function definition', () => {
    expect(weather.definition).toEqual({
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Current weather in a city',
        strict: true,
        parameters: {
          type: 'object',
          properties: {
            city: { type: 'string', description: 'As people write it' },
            unit: {
              description: 'Default: "celsius"',
              anyOf: [{ type: 'string', enum: ['celsius', 'fahrenheit'] }, { type: 'null' }],
            },
            days: { type: ['integer', 'null'], minimum: 1, maximum: 7 },
          },
          required: ['city', 'unit', 'days'],
          additionalProperties: false,
        },
      },
    })
  })

  it('gives `execute` what the schema parses', async () => {
    expect(await weather.parse('{"city":"Oslo","unit":null,"days":null}')).toEqual({ city: 'Oslo', unit: 'celsius' })
  })

  it('phrases what does not fit for the model, one line each', async () => {
    const parsing = weather.parse('{"city":7,"unit":"kelvin"}')
    await expect(parsing).rejects.toBeInstanceOf(ToolInputError)
    await expect(parsing).rejects.toThrow(
      [
        'Invalid arguments for `get_weather`, nothing was run:',
        '- city: expected string, received number',
        '- unit: Invalid option: expected one of "celsius"|"fahrenheit", received "kelvin"',
      ].join('\n'),
    )
  })

  it('lists every violation at once', () => {
    const parameters = z.object({ filter: z.record(z.string(), z.string()), extra: z.array(z.object({ x: z.any() })) })
    const define = (): unknown => tool({ name: 'search for it', parameters })
    expect(define).toThrow(SchemaError)
    expect(define).toThrow(/name: .*parameters\.filter: .*parameters\.extra\[\]\.x: /s)
  })
})
