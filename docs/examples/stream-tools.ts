import { Client, tool } from 'toolloop'
import { z } from 'zod'

await using client = new Client()

const writeFile = tool({ name: 'write_file', parameters: z.object({ path: z.string(), text: z.string() }) })

const stream = client.chat.completions
  .stream({
    model: 'gpt-5.1',
    messages: [{ role: 'user', content: 'Write a haiku about owls to owls.txt.' }],
    tools: [writeFile],
    logprobs: true,
  })
  .on('refusal.delta', ({ delta }) => process.stdout.write(delta))
  .on('content.done', ({ content }) => console.log(content))
  .on('logprobs.content.done', ({ content }) => console.log(content.length, 'tokens'))
  .on('tool_calls.function.arguments.delta', ({ delta }) => process.stdout.write(delta))
  .on('tool_calls.function.arguments.done', ({ name, complete }) =>
    console.log('', name, complete ? 'is whole' : 'was cut'),
  )
  .on('error', ({ error }) => console.log(error))

const [call] = (await stream.final()).choices[0]?.message.tool_calls ?? []
if (call?.type === 'function') console.log(call.function.parsed_arguments.path)
