import { call, scriptedModel, text, toolResults } from '@toolloop/testing'

/** Plays the model without a key: calls the tool if there is one, and answers from what it returned. */
const scripted = scriptedModel(
  (request) => {
    if (!request.tools) return text('Hello! I am a scripted model.')
    const [weather] = toolResults(request)
    if (!weather) return call('get_weather', { city: 'Oslo' })
    const { sky, celsius } = JSON.parse(weather.content) as { sky: string; celsius: number }
    if (request.response_format) return text(JSON.stringify({ umbrella: sky === 'rain', celsius }))
    return text(`Yes, take an umbrella: ${sky}, and ${celsius} degrees.`)
  },
  { delay: 20 }, // milliseconds between two pieces of the answer
)

export const model = process.env['OPENAI_API_KEY'] ? (process.env['OPENAI_MODEL'] ?? 'gpt-5.1') : scripted
