import { Client } from 'toolloop'

await using client = new Client()

const completion = await client.chat.completions.create(
  {
    model: 'gpt-4.1',
    messages: [{ role: 'user', content: 'Name a colour.' }],
    n: 2, // two answers
    temperature: 1.2,
    max_completion_tokens: 20,
    stop: ['\n'],
    logprobs: true,
    top_logprobs: 2,
    safety_identifier: 'user-1',
    metadata: { page: 'colours' },
  },
  // Options of this request only: see "The client".
  { timeout: 30_000, maxRetries: 1, headers: { 'x-trace': 'abc' } },
)
for (const { message, logprobs } of completion.choices) {
  const first = logprobs?.content?.[0]
  console.log(message.content, first ? Math.exp(first.logprob).toFixed(2) : '')
}
