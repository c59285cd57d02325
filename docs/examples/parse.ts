import { Client, responseFormat } from 'toolloop'
import { z } from 'zod'

await using client = new Client()

const Step = z.object({ explanation: z.string(), output: z.string() })
const Solution = z.object({ steps: z.array(Step), answer: z.number() })

const completion = await client.chat.completions.parse({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'Solve 8x + 31 = 2.' }],
  response_format: responseFormat(Solution, { name: 'solution' }),
})
const { message } = completion.choices[0]!
if (message.parsed) {
  for (const { explanation, output } of message.parsed.steps) console.log(`${explanation}: ${output}`)
  console.log('x =', message.parsed.answer) // a number, for the compiler too
} else {
  console.log(message.refusal)
}
