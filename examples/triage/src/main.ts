// pnpm demo triage ["a question" …]: a conversation with the front desk. Each turn goes on with the agent that holds it.
import { scriptedServer } from '@toolloop/testing'
import { Client, logger, memoryLog } from 'toolloop'
import { deskOf } from './desk.ts'
import { scriptedDesk } from './scripted.ts'

const given = process.argv.slice(2).filter((argument) => argument !== '--')
const questions = given.length > 0 ? given : ['Where is my order A-17?', 'It is broken. I want my money back.']

if (process.env['OPENAI_API_KEY']) {
  await using client = new Client()
  await talk(deskOf({ client, model: process.env['OPENAI_MODEL'] ?? 'gpt-5.1' }))
} else {
  await using server = await scriptedServer(scriptedDesk)
  await using client = new Client({ apiKey: 'none', baseURL: server.url })
  console.log('No OPENAI_API_KEY: a scripted model answers, over real HTTP.')
  await talk(deskOf({ client, model: 'scripted' }))
}

async function talk(desk: ReturnType<typeof deskOf>): Promise<void> {
  const log = memoryLog()
  for (const [turn, question] of questions.entries()) {
    console.log(`\n> ${question}`)
    const stream = desk.stream(question, turn === 0 ? { log } : { from: log })
    const show = logger(process.stdout)
    for await (const event of stream) show(event)
    const result = await stream.result
    if (result.status !== 'done') {
      console.error(result.status === 'error' ? result.error.message : `It ended as ${result.status}.`)
      process.exitCode = 1
      return
    }
    // The name tells the type of the output.
    if (result.agent === 'refunds') console.log(`[refunds] ${result.output.euros} euros for ${result.output.number}`)
    else console.log(`[${result.agent}]`)
  }
}
