// One fact in full: what it holds, the request of a step, and what the request added.
import type { Fact, FactOf } from '@toolloop/core'
import type { Message } from '@toolloop/wire'
import { type ComponentChildren, h, type JSX } from 'preact'
import { conversationsAt, sharedPrefix, unpack } from '../log/requests.ts'
import type { OpenLog } from './model.ts'

export function Detail({ log, fact }: { readonly log: OpenLog; readonly fact: Fact | undefined }): JSX.Element {
  if (!fact) return h('p', { class: 'hint' }, 'Choose a row: by click, or with the arrow keys in the list.')
  return h(
    'article',
    { 'aria-label': `Fact ${fact.seq}` },
    h('h2', null, `${fact.seq} ${fact.type}`),
    commands(log, fact),
    fact.type === 'step.start' && request(log, fact),
    'arguments' in fact && section('Arguments', pretty(fact.arguments)),
    'content' in fact && section('Result', text(fact.content)),
    section('Fact', JSON.stringify(fact, null, 2)),
  )
}

/** Commands for this place in the log. */
function commands(log: OpenLog, fact: Fact): JSX.Element | false {
  if (fact.path !== '') return false // a fork begins at the root
  const place = 'callId' in fact ? fact.callId : 'step' in fact ? String(fact.step) : undefined
  return h(
    'p',
    { class: 'commands' },
    place !== undefined && copyButton('Fork here', `toolloop fork ${quoted(log.path)} --before ${quoted(place)}`),
    copyButton('Replay', `toolloop replay ${quoted(log.path)} --agent ./agent.ts`),
  )
}

function copyButton(label: string, command: string): JSX.Element {
  const copy = (event: Event): void => {
    const button = event.currentTarget as HTMLButtonElement
    button.textContent = `${label}: copied`
    // A page from a file may not have the clipboard; the command is shown as the title too.
    void navigator.clipboard?.writeText(command).catch(() => (button.textContent = command))
  }
  return h('button', { type: 'button', title: command, 'data-command': command, onClick: copy }, label)
}

/** For a POSIX shell: nothing in it is expanded. */
export const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

function request(log: OpenLog, fact: FactOf<'step.start'>): ComponentChildren {
  const { messages, before, stepBefore } = conversationsAt(log.facts, fact)
  const shared = sharedPrefix(messages, before)
  const dropped = before.length - shared
  const added = messages.slice(shared)
  const change =
    dropped > 0
      ? `${dropped} messages of the previous request are gone or differ`
      : `the previous request is its beginning`
  return [
    h('h3', null, 'Request'),
    h(
      'p',
      { class: 'figures' },
      `${messages.length} message${messages.length === 1 ? '' : 's'}, ${bytesOf(messages)} bytes as JSON; ${added.length} new; ${change}.`,
    ),
    section('New messages', JSON.stringify(added, null, 2)),
    body(log, fact, messages, stepBefore === undefined ? undefined : { step: stepBefore, messages: before }),
    h('details', null, h('summary', null, 'All messages'), h('pre', null, JSON.stringify(messages))),
  ]
}

/** The whole body, where the agent is known; else what a log cannot tell. */
function body(
  { requests, path }: OpenLog,
  fact: FactOf<'step.start'>,
  messages: readonly Message[],
  previous: { readonly step: number; readonly messages: readonly Message[] } | undefined,
): ComponentChildren {
  const found = requests && fact.path === '' ? unpack(requests, fact.step, messages) : undefined
  if (!found) {
    const why =
      requests === undefined
        ? `Instructions, tool definitions and parameters are not in a log, only hashes of them. toolloop view ${quoted(path)} --agent <module> shows the whole body.`
        : 'The whole body is shown for the steps of the root that the agent repeats.'
    return h('p', { class: 'hint' }, why)
  }
  const json = JSON.stringify(found.body)
  const last = previous && requests && unpack(requests, previous.step, previous.messages)
  const lastBody = last?.body ?? {}
  const parts = new Set([...Object.keys(found.body), ...Object.keys(lastBody)])
  const changed = [...parts].filter((part) => JSON.stringify(found.body[part]) !== JSON.stringify(lastBody[part]))
  const exact =
    found.differs.length === 0
      ? `Rebuilt by ${requests?.agent}. Its instructions, tools and output format have the hashes that the log has.`
      : `Rebuilt by ${requests?.agent}, which differs today: ${found.differs.join(', ')}.`
  return [
    h('h3', null, 'Body'),
    h(
      'p',
      { class: 'figures' },
      `${bytesOf(found.body)} bytes as JSON, before the client adapts it to its server. ${exact}${last ? ` Changed since the previous body: ${changed.join(', ') || 'nothing'}.` : ''}`,
    ),
    h('pre', { class: 'exact' }, json),
  ]
}

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length

const section = (title: string, held: string): JSX.Element =>
  h('section', null, h('h3', null, title), h('pre', null, held))

const text = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content, null, 2))

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
