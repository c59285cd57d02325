import { generateText, rawTool, streamText } from 'xsai'
import * as z from 'zod'
import { apiKey, type Body } from '../../src/adapter.ts'
import { adapterOf, maxSteps } from '../adapter.ts'
import type { Tool } from '../tools.ts'

/** It validates no arguments. */
function optionsOf(baseURL: string, { name, description, parameters, execute }: Tool) {
  const schema = z.toJSONSchema(parameters) as Parameters<typeof rawTool>[0]['parameters']
  const tools = [rawTool({ name, description, parameters: schema, execute: (args) => execute(args as never) })]
  return (body: Body) => ({ apiKey, baseURL, ...body, tools, maxSteps })
}

export default adapterOf({
  run(baseURL, tool) {
    const options = optionsOf(baseURL, tool)
    return async (body) => (await generateText(options(body))).text ?? ''
  },
  stream(baseURL, tool) {
    const options = optionsOf(baseURL, tool)
    return async (body) => {
      let text = ''
      for await (const delta of streamText(options(body)).textStream) text += delta
      return text
    }
  },
})
