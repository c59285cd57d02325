import { lastText, scriptedModel, text } from '@toolloop/testing'

/** Plays the model without a key: copies the values of an invoice, and gives up where there are none. */
const scripted = scriptedModel(
  (request) => {
    const [, number, total] = /Invoice (\S+)[^]*Total: ([\d.]+) EUR/.exec(lastText(request)) ?? []
    if (number === undefined) return text('I see no invoice.')
    return text(JSON.stringify({ number, total: Number(total) }))
  },
  { delay: 20 }, // milliseconds between two pieces of the answer
)

export const model = process.env['OPENAI_API_KEY'] ? (process.env['OPENAI_MODEL'] ?? 'gpt-5.1') : scripted
