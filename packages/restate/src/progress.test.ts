import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { agent } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { expect, it } from 'vitest'
import { restateMissing, startRestate } from '../../../scripts/services/restate.ts'
import { client, serve } from './index.ts'

/** Each of its two calls reports until its progress was read, or for five seconds. */
const read = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
const reporter = agent({
  name: 'reporter',
  model: scriptedModel((request) => (toolResults(request).length < 2 ? call('report', {}) : text('Reported.'))),
  cycleGuard: false,
  tools: [
    tool({
      name: 'report',
      effects: 'none',
      execute: async (_, { progress, step }) => {
        const timer = setInterval(() => progress('still there'), 20)
        await Promise.race([read[step]!.promise, sleep(5000, undefined, { ref: false })])
        clearInterval(timer)
        return `reported ${step}`
      },
    }),
  ],
})

it.skipIf(restateMissing)(
  `a reader whose connection to the worker breaks gets progress again${restateMissing ? ` (${restateMissing})` : ''}`,
  async () => {
    await using stack = new AsyncDisposableStack()
    const restate = await startRestate()
    stack.defer(() => restate.stop())
    let workerPort = 0
    const readers = new Set<Socket>()
    const between = createServer((socket) => {
      readers.add(socket)
      const worker = connect(workerPort, '127.0.0.1')
      socket.pipe(worker).pipe(socket)
      for (const one of [socket, worker]) one.on('error', () => {})
      socket.once('close', () => worker.destroy())
    }).listen(0, '127.0.0.1')
    await once(between, 'listening')
    stack.defer(() => void between.close())
    const { port } = between.address() as { readonly port: number }
    const worker = await serve([reporter], { port: 0, admin: restate.admin, progressUrl: `http://127.0.0.1:${port}` })
    stack.defer(() => worker.stop())
    workerPort = Number(new URL(worker.url).port)
    const seen = new Set<number>()
    for await (const event of client(restate.ingress).stream(reporter, 'go')) {
      if (event.type !== 'tool.progress') continue
      seen.add(event.step)
      if (event.step === 0) for (const socket of readers) socket.destroy()
      read[event.step]!.resolve()
    }
    expect([...seen]).toEqual([0, 1])
  },
  60_000,
)
