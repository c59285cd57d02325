import OpenAI from 'toolloop/openai'
import { zodResponseFormat } from 'toolloop/openai/helpers/zod'
import { z } from 'zod'

const client = new OpenAI()
const Solution = z.object({
  steps: z.array(z.object({ explanation: z.string(), output: z.string() })),
  answer: z.number(),
})

const completion = await client.chat.completions.parse({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Solve 8x + 31 = 2.' }],
  response_format: zodResponseFormat(Solution, 'solution'),
})
const solution = completion.choices[0]?.message.parsed
for (const { explanation, output } of solution?.steps ?? []) console.log(`${explanation}: ${output}`)
console.log('x =', solution?.answer)
