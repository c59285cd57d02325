import OpenAI from 'toolloop/openai'

const client = new OpenAI()

try {
  // @ts-expect-error -- not covered
  await client.responses.create({ model: 'gpt-5.1', input: 'Hi.' })
} catch (error) {
  console.log((error as Error).message.split(',')[0])
}
