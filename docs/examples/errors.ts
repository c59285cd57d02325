import {
  APIConnectionError,
  APIError,
  Client,
  LengthFinishReasonError,
  OutputError,
  RateLimitError,
  responseFormat,
} from 'toolloop'
import { z } from 'zod'

await using client = new Client()
const City = responseFormat(z.object({ name: z.string() }), { name: 'city' })

for (const content of ['A city.', 'Another one.', 'A long one.', 'A wrong one.']) {
  try {
    await client.chat.completions.parse(
      { model: 'gpt-5.1', messages: [{ role: 'user', content }], response_format: City },
      { maxRetries: 0 },
    )
  } catch (error) {
    // The most specific first: a RateLimitError is an APIError.
    if (error instanceof RateLimitError) console.log('Too fast. Wait', error.retryAfter, 'ms')
    else if (error instanceof APIError) console.log(error.name, error.status, error.code, error.request_id)
    else if (error instanceof APIConnectionError) console.log('No answer:', error.cause)
    else if (error instanceof LengthFinishReasonError) console.log('Cut:', error.completion.choices[0]?.message.content)
    else if (error instanceof OutputError) console.log('Does not fit:', error.issues[0]?.path, '-', error.text)
    else throw error
  }
}
