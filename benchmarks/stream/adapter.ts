// What a library must offer here: its own way to follow a stream, not the bare chunks. What it cannot do is left out.
import type { Body } from '../src/adapter.ts'

/** Each makes a client once; its function sends one streamed request and resolves to what the answer held. */
export interface StreamAdapter {
  /** Text, by events, with the completion at the end. */
  text?(baseURL: string): (body: Body) => Promise<string>
  /** The arguments of all tool calls, by events. */
  arguments?(baseURL: string): (body: Body) => Promise<string>
  /** The same, reading the arguments as a value at every delta. */
  partials?(baseURL: string): (body: Body) => Promise<string>
  /** JSON content, reading it as a value at every delta. */
  object?(baseURL: string): (body: Body) => Promise<string>
}

/** A value as the answers hold it. */
export interface Table {
  rows?: readonly { id?: number; name?: string; done?: boolean; note?: string }[]
}

export const parameters = {
  type: 'object',
  properties: {
    rows: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer' },
          name: { type: 'string' },
          done: { type: 'boolean' },
          note: { type: 'string' },
        },
        required: ['id', 'name', 'done', 'note'],
        additionalProperties: false,
      },
    },
  },
  required: ['rows'],
  additionalProperties: false,
}
