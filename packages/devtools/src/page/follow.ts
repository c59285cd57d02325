// The rest of a log, from the server of `toolloop view --live`.

/** `live`: connected. `reconnecting`: the server cannot be reached, because it has ended or this machine slept. */
export type Link = 'connecting' | 'live' | 'reconnecting' | 'ended'

interface Follower {
  readonly add: (text: string) => void
  /** The file became shorter: it is another log. */
  readonly clear: () => void
  readonly link: (link: Link) => void
}

/** Each event has the place in the file behind it as its id: a browser that reconnects names the last one. */
export function follow(url: string, { add, clear, link }: Follower): () => void {
  const source = new EventSource(url)
  source.addEventListener('open', () => link('live'))
  source.addEventListener('message', ({ data }) => add(JSON.parse(String(data)) as string))
  source.addEventListener('clear', clear)
  source.addEventListener('error', () => link(source.readyState === EventSource.CLOSED ? 'ended' : 'reconnecting'))
  return () => source.close()
}
