import OpenAI from 'toolloop/openai'

const client = new OpenAI({ maxRetries: 0 })

for (const model of ['too-fast', 'not-there', 'fine']) {
  try {
    const completion = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi.' }] })
    console.log(completion.choices[0]?.message.content)
  } catch (error) {
    // The most special first: a RateLimitError is an APIError.
    if (error instanceof OpenAI.RateLimitError) console.log('Too fast:', error.status)
    else if (error instanceof OpenAI.APIError) console.log(error.status, error.code, error.requestID, error.message)
    else throw error
  }
}
