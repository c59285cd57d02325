import { once } from 'node:events'
import { connect, createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { roundTripOf } from './round-trip.ts'

it('shares pings between calls, and ends with the connection', async () => {
  const warnings: unknown[] = []
  const warn = (warning: unknown): unknown => warnings.push(warning)
  process.on('warning', warn)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const opened = once(server, 'session') as Promise<[ServerHttp2Session]>
  const other = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [session] = await opened
  const roundTrip = roundTripOf(session)
  let pings = 0
  other.on('ping', () => pings++)
  await Promise.all(Array.from({ length: 100 }, () => roundTrip()))
  expect(pings).toBe(2) // of the first call, and of all that came behind it
  const left = Promise.all([roundTrip(), roundTrip()])
  other.destroy()
  await left
  if (!session.destroyed) await once(session, 'close')
  await roundTrip()
  expect(warnings).toEqual([])
  process.off('warning', warn)
  server.close()
})
