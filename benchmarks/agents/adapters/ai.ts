import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, isStepCount, streamText, tool } from 'ai'
import { apiKey, type Body } from '../../src/adapter.ts'
import { adapterOf, maxSteps } from '../adapter.ts'
import type { Tool } from '../tools.ts'

function settingsOf(baseURL: string, { name, description, parameters, execute }: Tool) {
  const provider = createOpenAICompatible({ name: 'benchmark', baseURL, apiKey })
  const tools = { [name]: tool({ description, inputSchema: parameters, execute: (args) => execute(args as never) }) }
  return ({ model, messages }: Body) => ({
    model: provider(model),
    instructions: messages[0]?.content ?? '',
    prompt: messages[1]?.content ?? '',
    tools,
    stopWhen: isStepCount(maxSteps),
  })
}

export default adapterOf({
  run(baseURL, measured) {
    const settings = settingsOf(baseURL, measured)
    return async (body) => (await generateText(settings(body))).text
  },
  stream(baseURL, measured) {
    const settings = settingsOf(baseURL, measured)
    return async (body) => {
      let text = ''
      for await (const delta of streamText(settings(body)).textStream) text += delta
      return text
    }
  },
})
