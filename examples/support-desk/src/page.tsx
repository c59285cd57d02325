// The page: a list of chats, and one chat with `useChat`. A customer writes; the staff approves.
import { useChat } from '@ai-sdk/react'
import { DefaultChatTransport, getToolName, isToolUIPart, type UIMessage } from 'ai'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

interface ChatState {
  readonly status: string
  readonly messages: UIMessage[]
}
interface Listed {
  readonly id: string
  readonly status: string
}

/** Of the last run of a chat. */
const labels: Readonly<Record<string, string>> = {
  running: 'in progress',
  approval: 'waits for approval',
  interrupted: 'interrupted',
  done: 'answered',
  error: 'failed',
  aborted: 'stopped',
}

/** Empty for the staff. */
const customer = document.documentElement.dataset['customer'] ?? ''
const read = async <Body,>(url: string): Promise<Body> => (await fetch(url)).json() as Promise<Body>
const chatUrl = (id: string): string => `/api/chats/${encodeURIComponent(id)}`
/** Ends the run. `stop()` of `useChat` only leaves it: a run goes on without its page. */
const stop = (id: string): Promise<Response> =>
  fetch(`/api/chat/${encodeURIComponent(id)}/stream`, { method: 'DELETE' })

/** Calls a function now and then, until the component goes. */
function useEvery(ms: number, run: () => void): void {
  useEffect(() => {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  })
}

function App(): ReactNode {
  const [chats, setChats] = useState<readonly Listed[]>([])
  const [id, setId] = useState(() => location.hash.slice(1))
  const list = (): void => void read<Listed[]>('/api/chats').then(setChats, () => {})
  const open = (chat: string): void => {
    location.hash = chat
    setId(chat)
  }
  useEffect(list, [])
  useEvery(1000, list)
  useEffect(() => {
    if (id === '' && customer !== '') open(`${customer}.${crypto.randomUUID().slice(0, 8)}`)
  }, [id])
  return (
    <>
      <h1>{customer === '' ? 'Support: staff' : 'Support'}</h1>
      <nav>
        {chats.map((chat) => (
          <button
            key={chat.id}
            aria-current={chat.id === id || undefined}
            data-status={chat.status}
            onClick={() => open(chat.id)}
          >
            {chat.id.split('.').at(-1)} <small>{labels[chat.status] ?? chat.status}</small>
          </button>
        ))}
        {customer !== '' && <button onClick={() => setId('')}>New chat</button>}
      </nav>
      {id !== '' ? (
        <Loaded key={id} id={id} />
      ) : (
        <p>{chats.length > 0 ? 'Choose a chat.' : 'No customer has written yet.'}</p>
      )}
    </>
  )
}

/** Loads the history first: `useChat` starts with it, and reads on where a run is running. */
function Loaded({ id }: { readonly id: string }): ReactNode {
  const [state, setState] = useState<ChatState>()
  useEffect(() => void read<ChatState>(chatUrl(id)).then(setState), [id])
  return state && <Chat id={id} first={state} />
}

function Chat({ id, first }: { readonly id: string; readonly first: ChatState }): ReactNode {
  const [text, setText] = useState('')
  const [server, setServer] = useState(first.status)
  const chat = useChat({
    id,
    messages: first.messages,
    resume: first.status === 'running',
    transport: new DefaultChatTransport({ api: '/api/chat' }),
    // A decision is sent when all requests of the message have one.
    sendAutomaticallyWhen: ({ messages }) => isDecided(messages.at(-1)),
  })
  const isBusy = chat.status === 'submitted' || chat.status === 'streaming'

  // What happens in another tab or at the staff's: a run that goes on is read on, one that has ended is loaded.
  useEvery(500, () => {
    if (isBusy) return
    const show = (now: ChatState): void => {
      setServer(now.status)
      if (chat.error) chat.clearError()
      if (now.status === 'running') void chat.resumeStream()
      else if (JSON.stringify(now.messages) !== JSON.stringify(chat.messages)) chat.setMessages(now.messages)
    }
    read<ChatState>(chatUrl(id)).then(show, () => setServer('unreachable'))
  })

  /** Has the run of this message ended without its answer? */
  const isCut = (place: number): boolean =>
    place < chat.messages.length - 1 || (!isBusy && (server === 'aborted' || server === 'error'))
  const send = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '' || isBusy) return
    void chat.sendMessage({ text })
    setText('')
  }
  return (
    <section data-status={isBusy ? 'running' : server}>
      {chat.messages.length === 0 && <p>How can we help? Tell us the number of your order.</p>}
      {chat.messages.map((message, place) => (
        <article key={message.id} className={message.role}>
          {message.parts.map((part, at) => (
            <Part key={at} part={part} isCut={isCut(place)} decide={chat.addToolApprovalResponse} />
          ))}
        </article>
      ))}
      {chat.error && <p role="alert">{chat.error.message}</p>}
      {server === 'unreachable' && <p role="alert">The server cannot be reached. Trying again …</p>}
      {customer !== '' && (
        <form onSubmit={send}>
          <input
            aria-label="Your message"
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="Please refund order 7."
          />
          {isBusy ? (
            <button type="button" onClick={() => void stop(id)}>
              Stop
            </button>
          ) : (
            <button disabled={server === 'approval'}>Send</button>
          )}
        </form>
      )}
    </section>
  )
}

interface PartProps {
  readonly part: UIMessage['parts'][number]
  readonly isCut: boolean
  readonly decide: (answer: { id: string; approved: boolean; reason?: string }) => unknown
}

function Part({ part, isCut, decide }: PartProps): ReactNode {
  if (part.type === 'text') return <p>{part.text}</p>
  if (!isToolUIPart(part)) return null
  const name = wordsOf(getToolName(part))
  const input = Object.entries(part.input ?? {}).map(([key, value]) => `${key} ${String(value)}`)
  const called = `${name}: ${input.join(', ')}`
  if (part.state === 'approval-requested')
    return (
      <div className="waits">
        <strong>{called}</strong>
        {customer !== '' ? (
          <p>A colleague looks at it. You can close this page.</p>
        ) : (
          <p>
            <button onClick={() => decide({ id: part.approval.id, approved: true })}>Approve</button>{' '}
            <button onClick={() => decide({ id: part.approval.id, approved: false, reason: 'Declined.' })}>
              Decline
            </button>
          </p>
        )}
      </div>
    )
  return (
    <p className="call" data-state={part.state}>
      {called} {ends[part.state] ?? (isCut ? '· stopped' : '…')}
    </p>
  )
}

/** How the call ended. */
const ends: Readonly<Record<string, string>> = {
  'output-available': '✓',
  'output-denied': '· declined',
  'output-error': '· failed',
}

/** `find_order` → `Find order` */
const wordsOf = (name: string): string => `${name[0]?.toUpperCase() ?? ''}${name.slice(1).replaceAll('_', ' ')}`

function isDecided(message: UIMessage | undefined): boolean {
  const calls = message?.role === 'assistant' ? message.parts.filter(isToolUIPart) : []
  return (
    calls.some(({ state }) => state === 'approval-responded') &&
    !calls.some(({ state }) => state === 'approval-requested')
  )
}

createRoot(document.querySelector('#app')!).render(<App />)
