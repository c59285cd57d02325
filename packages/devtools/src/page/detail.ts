// One fact in full: what it holds, the request of a step, and what the request added.
import type { Fact } from '@toolloop/core'
import { type ComponentChildren, h, type JSX } from 'preact'
import { type OpenLog, requestOf, sharedPrefix } from './model.ts'

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

function request(log: OpenLog, fact: Fact): ComponentChildren {
  const view = requestOf(log.facts, fact)
  const shared = sharedPrefix(view)
  const dropped = view.before.length - shared
  const added = view.messages.slice(shared)
  const change =
    dropped > 0
      ? `${dropped} messages of the previous request are gone or differ`
      : `the previous request is its beginning`
  return [
    h('h3', null, 'Request'),
    h(
      'p',
      { class: 'figures' },
      `${view.messages.length} message${view.messages.length === 1 ? '' : 's'}, ${view.bytes} bytes as JSON; ${added.length} new; ${change}. Instructions, tool definitions and parameters are not in a log.`,
    ),
    section('New messages', JSON.stringify(added, null, 2)),
    h('details', null, h('summary', null, 'All messages'), h('pre', null, JSON.stringify(view.messages))),
  ]
}

const section = (title: string, body: string): JSX.Element =>
  h('section', null, h('h3', null, title), h('pre', null, body))

const text = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content, null, 2))

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
