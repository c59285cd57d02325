// A TCP balancer for tests and examples: connections go to the workers in turn, and pass over those that are gone.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Balancer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  stop(): Promise<void>
}

/** `ports`: of the workers on this machine. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer({ noDelay: true }, (incoming) => {
    open.add(incoming)
    incoming.on('error', () => {}).once('close', () => open.delete(incoming))
    forward(incoming, ports, turn++ % ports.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}

function forward(incoming: Socket, ports: readonly number[], first: number): void {
  const attempt = (index: number): void => {
    if (index === ports.length) return void incoming.destroy()
    const outgoing = connect({ port: ports[(first + index) % ports.length]!, host: '127.0.0.1', noDelay: true })
    outgoing.once('connect', () => {
      outgoing.removeAllListeners('error').on('error', () => incoming.destroy())
      outgoing.once('close', () => incoming.destroy())
      incoming.once('close', () => outgoing.destroy())
      incoming.pipe(outgoing).pipe(incoming)
    })
    outgoing.once('error', () => attempt(index + 1))
  }
  attempt(0)
}
