import { Client } from 'toolloop'

await using client = new Client()

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  reasoning_effort: 'high', // which values there are depends on the model
  verbosity: 'low',
  max_completion_tokens: 5000, // reasoning counts
  messages: [{ role: 'user', content: 'How many primes are there below 30?' }],
})
console.log(completion.choices[0]?.message.content)
console.log(completion.usage?.completion_tokens_details?.reasoning_tokens, 'tokens of reasoning')
