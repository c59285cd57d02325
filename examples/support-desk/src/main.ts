import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedModel } from '@toolloop/testing'
import { sqliteSessions } from 'toolloop/store'
import { supportAgent } from './agent.ts'
import { script } from './script.ts'
import { startDesk } from './server.ts'

const {
  DATABASE = join(tmpdir(), 'toolloop-support-desk.sqlite'),
  MODEL = 'gpt-5.1',
  OPENAI_API_KEY,
  PORT = '3000',
  TOOL_MS = '1500',
} = process.env
const staffKey = process.env['STAFF_KEY'] ?? randomBytes(16).toString('hex')

const sessions = sqliteSessions(DATABASE)
const agent = supportAgent(OPENAI_API_KEY ? MODEL : scriptedModel(script), Number(TOOL_MS))
const desk = await startDesk(Number(PORT), { agent, sessions, staffKey })

console.log(`customers   ${desk.url}`)
console.log(`staff       ${desk.staffUrl}   (open it in another browser)`)
console.log(`chats       ${DATABASE}`)
console.log(`model       ${OPENAI_API_KEY ? MODEL : 'scripted; set OPENAI_API_KEY, and MODEL, for a real one'}`)
