import OpenAI from 'toolloop/openai'

const client = new OpenAI()

const completion = await client.chat.completions.create(
  {
    model: 'gpt-4.1',
    messages: [{ role: 'user', content: 'Name a colour.' }],
    n: 2,
    temperature: 1.2,
    top_p: 0.9,
    max_completion_tokens: 20,
    stop: ['\n'],
    seed: 7,
    frequency_penalty: 0.2,
    presence_penalty: 0.1,
    logit_bias: { '50256': -100 },
    logprobs: true,
    top_logprobs: 2,
    safety_identifier: 'user-1',
    prompt_cache_key: 'colours',
    service_tier: 'auto',
    verbosity: 'low',
    metadata: { page: 'colours' },
  },
  { timeout: 30_000, maxRetries: 1, headers: { 'x-trace': 'abc' } },
)
for (const { message } of completion.choices) console.log(message.content)
