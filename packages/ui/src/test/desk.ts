// An agent with one tool of each kind, and the handlers around it.
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { type Script, scriptedModel } from '@toolloop/testing'
import { memorySessions } from '@toolloop/store'
import { z } from 'zod'
import { uiChat, type UiChatOptions } from '../index.ts'

export function desk(script: Script, options: Partial<UiChatOptions> = {}) {
  const ran: string[] = []
  const model = scriptedModel(script, { deltaSize: 4 })
  const look = tool({
    name: 'look',
    parameters: z.object({ order: z.number() }),
    effects: 'none',
    execute: ({ order }) => {
      ran.push(`look ${order}`)
      return { order, cents: 900 }
    },
  })
  const refund = tool({
    name: 'refund',
    parameters: z.object({ order: z.number() }),
    needsApproval: true,
    execute: ({ order }) => {
      ran.push(`refund ${order}`)
      return `Refunded ${order}.`
    },
  })
  const locate = tool({ name: 'locate', parameters: z.object({}) })
  const clerk = agent({ name: 'clerk', model, tools: [look, refund, locate] })
  const sessions = options.sessions ?? memorySessions()
  const chat = uiChat({ agent: clerk, access: () => true, authorize: () => true, ...options, sessions })
  return { chat, sessions, ran, model, clerk }
}

/** A POST as `useChat` sends it. */
export function post(body: unknown, headers: Record<string, string> = {}): Request {
  return new Request('http://a.example/api/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export const userMessage = (text: string, id = `m-${text}`) => ({ id, role: 'user', parts: [{ type: 'text', text }] })
