import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { serve } from './index.ts'

it('names the port that is taken, and the remedy', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { readonly port: number }
  await expect(serve([], { port })).rejects.toMatchObject({
    name: 'EngineError',
    problem: 'unreachable',
    message: `The worker cannot listen at 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}. Pass a \`port\` that is free, or 0 for any, and a \`host\` of this machine.`,
  })
  other.close()
})

it('stops once, whoever calls', async () => {
  const { stop } = await serve([], { port: 0 })
  await expect(stop({ drain: Number.NaN })).rejects.toThrow('`drain` is NaN')
  await Promise.all([stop(), stop({ drain: 10 }), stop()])
})
