import OpenAI from 'openai'
import { zodFunction } from 'openai/helpers/zod'
import { apiKey } from '../../src/adapter.ts'
import { adapterOf, maxSteps } from '../adapter.ts'
import type { Tool } from '../tools.ts'

const toolsOf = ({ name, description, parameters, execute }: Tool) => [
  zodFunction({ name, description, parameters, function: (args) => execute(args as never) }),
]
const options = { maxChatCompletions: maxSteps }

export default adapterOf({
  run(baseURL, tool) {
    const client = new OpenAI({ baseURL, apiKey })
    const tools = toolsOf(tool)
    return async (body) => (await client.chat.completions.runTools({ ...body, tools }, options).finalContent()) ?? ''
  },
  stream(baseURL, tool) {
    const client = new OpenAI({ baseURL, apiKey })
    const tools = toolsOf(tool)
    return async (body) => {
      let text = ''
      const runner = client.chat.completions.runTools({ ...body, tools, stream: true }, options)
      runner.on('content', (delta) => (text += delta))
      await runner.finalContent()
      return text
    }
  },
})
