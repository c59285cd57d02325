import { Agent, OpenAIChatCompletionsModel, Runner, tool } from '@openai/agents'
import OpenAI from 'openai'
import { apiKey, type Body } from '../../src/adapter.ts'
import { adapterOf, maxSteps } from '../adapter.ts'
import type { Tool } from '../tools.ts'

function agentFor(baseURL: string, { name, description, parameters, execute }: Tool): (body: Body) => Agent {
  const client = new OpenAI({ baseURL, apiKey })
  const tools = [tool({ name, description, parameters, execute: (args) => execute(args as never) })]
  let made: Agent | undefined
  return ({ model, messages }) =>
    (made ??= new Agent({
      name: 'benchmark',
      model: new OpenAIChatCompletionsModel(client, model),
      instructions: messages[0]?.content ?? '',
      tools,
    }))
}

const runner = new Runner({ tracingDisabled: true })
const promptOf = ({ messages }: Body): string => messages[1]?.content ?? ''

export default adapterOf({
  run(baseURL, measured) {
    const made = agentFor(baseURL, measured)
    return async (body) => (await runner.run(made(body), promptOf(body), { maxTurns: maxSteps })).finalOutput ?? ''
  },
  stream(baseURL, measured) {
    const made = agentFor(baseURL, measured)
    return async (body) => {
      let text = ''
      const result = await runner.run(made(body), promptOf(body), { maxTurns: maxSteps, stream: true })
      for await (const delta of result.toTextStream()) text += delta
      await result.completed
      return text
    }
  },
})
