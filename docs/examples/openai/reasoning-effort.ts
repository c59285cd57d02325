import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const completion = await client.chat.completions.create({
  model: 'gpt-5.1',
  messages: [{ role: 'user', content: 'How many primes are there below 30?' }],
  reasoning_effort: 'high',
})
console.log(completion.choices[0]?.message.content)
console.log(completion.usage?.completion_tokens_details?.reasoning_tokens, 'tokens of reasoning')
