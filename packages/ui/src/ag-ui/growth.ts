import type { Growth } from '../chat/tape.ts'
import type { AgUiEvent } from './event.ts'

/** How the events of AG-UI grow. */
export const agUiGrowth: Growth<AgUiEvent> = {
  textOf: (event) => ('delta' in event ? event.delta : undefined),
  joins: (last, next) => 'delta' in last && 'delta' in next && last.type === next.type && idOf(last) === idOf(next),
  withText: (event, text) => ('delta' in event ? { ...event, delta: text } : event),
  keyOf: () => undefined,
  resets: () => false,
}

const idOf = (event: Extract<AgUiEvent, { delta: string }>): string =>
  'messageId' in event ? event.messageId : event.toolCallId
