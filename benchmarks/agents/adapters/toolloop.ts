import { type Agent, agent, Client, chatModel, outputOf, tool } from 'toolloop'
import { apiKey, type Body } from '../../src/adapter.ts'
import { adapterOf, maxSteps } from '../adapter.ts'
import type { Tool } from '../tools.ts'

/** One agent for all runs: it is a description. */
function agentFor(baseURL: string, { harmless, ...measured }: Tool): (body: Body) => Agent {
  const client = new Client({ baseURL, apiKey })
  const tools = [tool({ ...measured, effects: harmless ? 'none' : 'unsafe' })]
  let made: Agent | undefined
  return ({ model, messages }) =>
    (made ??= agent({
      name: 'benchmark',
      model: chatModel(client, model),
      instructions: messages[0]?.content ?? '',
      tools,
      maxSteps,
    }))
}

export default adapterOf({
  run(baseURL, measured) {
    const made = agentFor(baseURL, measured)
    return async (body) => outputOf(await made(body).run(body.messages[1]?.content))
  },
  stream(baseURL, measured) {
    const made = agentFor(baseURL, measured)
    return async (body) => {
      let text = ''
      const stream = made(body).stream(body.messages[1]?.content)
      for await (const event of stream) if (event.type === 'content.delta') text += event.delta
      if (text !== outputOf(await stream.result)) throw new Error('something was lost')
      return text
    }
  },
})
