// Workers and the server that they belong to: who may call, when it starts, where they move.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { agent, type ApprovalRequest } from '@toolloop/core'
import { tool } from '@toolloop/schema'
import { call, scriptedModel, text, toolResults } from '@toolloop/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restateMissing, startRestate, type Restate } from '../../../scripts/services/restate.ts'
import { client, type EngineError, serve } from './index.ts'

const greeter = agent({ name: 'greeter', model: scriptedModel(() => text('Hello.')) })

describe('a worker', () => {
  const outer = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  it.skipIf(!outer)('listens on loopback only, unless `host` is given', async () => {
    await using served = await serve([greeter], { port: 0 })
    const { hostname, port } = new URL(served.url)
    expect(hostname).toBe('127.0.0.1')
    await expect(once(connect(Number(port), outer), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await using open = await serve([greeter], { port: 0, host: outer! })
    const socket = connect(Number(new URL(open.url).port), outer)
    await once(socket, 'connect')
    socket.destroy()
  })

  it('names the address and the remedy where another process listens', async () => {
    const first = await serve([], { port: 0 })
    const port = Number(new URL(first.url).port)
    await expect(serve([], { port })).rejects.toMatchObject({
      code: 'usage',
      message: `serve cannot listen at 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}. Pass a free \`port\`, or 0 for any, and a \`host\` of this machine.`,
    })
    await first.stop()
  })

  it('stops once, whoever calls', async () => {
    const { stop } = await serve([], { port: 0 })
    await expect(stop({ drain: Number.NaN })).rejects.toThrow('`drain` is NaN')
    await Promise.all([stop(), stop({ drain: 10 }), stop()])
  })
})

describe.skipIf(restateMissing)(`workers of a Restate${restateMissing ? ` (${restateMissing})` : ''}`, () => {
  const [own, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  let restate: Restate
  beforeAll(async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'toolloop-identity-')), 'key.pem')
    writeFileSync(file, own.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    restate = await startRestate({ RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: file })
  }, 60_000)
  afterAll(() => restate.stop())

  it('serve requests that it signed', async () => {
    const keys = { identityKeys: [publicKey(other.publicKey), publicKey(own.publicKey)] }
    const served = await serve([greeter], { port: 0, admin: restate.admin, service: 'signed', ...keys })
    const runs = client(restate.ingress, { service: 'signed' })
    expect(await runs.run(greeter, 'Hi')).toMatchObject({ status: 'done', output: 'Hello.' })
    await served.stop()
  })

  it('reject requests that another one signed, and `serve` names the remedy', async () => {
    const keys = { identityKeys: [publicKey(other.publicKey)] }
    const error = await serve([greeter], { port: 0, admin: restate.admin, service: 'other', ...keys }).catch(
      (caught: EngineError) => caught,
    )
    expect(error).toMatchObject({ name: 'EngineError', problem: 'rejected' })
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining('`identityKeys` must hold the public key of this Restate'),
    )
  })

  it('go on with runs at another address, once it knows the address', async () => {
    const payer = agent({
      name: 'payer',
      model: scriptedModel((request) => (toolResults(request).length === 0 ? call('pay', {}) : text('Paid.'))),
      tools: [tool({ name: 'pay', needsApproval: true, execute: () => 'paid' })],
    })
    const options = { port: 0, service: 'moved' }
    const runs = client(restate.ingress, { service: 'moved' })
    const first = await serve([payer], { ...options, admin: restate.admin })
    const paused = await runs.run(payer, 'Pay', { runId: 'old' })
    await first.stop()
    const second = await serve([payer], options)
    await fetch(`${restate.admin}/deployments/${await deploymentAt(first.url)}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: second.url }),
    })
    const { requests } = paused as { readonly requests: readonly ApprovalRequest[] }
    await runs.decide('old', { [requests[0]!.id]: { approve: true } })
    expect(await runs.result(payer, 'old')).toMatchObject({ status: 'done', output: 'Paid.' })
    await second.stop()
  })

  it('serve the code of today at the address of yesterday', async () => {
    const options = { service: 'again', admin: restate.admin }
    const runs = client(restate.ingress, { service: 'again' })
    const first = await serve([greeter], { ...options, port: 0 })
    await runs.run(greeter, 'Hi')
    await first.stop()
    const polite = agent({ name: 'polite', model: scriptedModel(() => text('Good morning.')) })
    const second = await serve([polite], { ...options, port: Number(new URL(first.url).port) })
    expect(await runs.run(polite, 'Hi')).toMatchObject({ output: 'Good morning.' })
    await expect(runs.run(greeter, 'Hi')).rejects.toThrow('The worker serves `polite`')
    await second.stop()
  })

  it('wait for it to start, and fail with its address when it does not', async () => {
    await restate.kill()
    await expect(serve([greeter], { port: 0, admin: restate.admin, patience: 100 })).rejects.toMatchObject({
      problem: 'unreachable',
      message: `Restate's admin address ${restate.admin} did not respond within 100 ms. Start Restate, or check the address.`,
    })
    const starting = serve([greeter], { port: 0, admin: restate.admin, service: 'late' })
    await sleep(2000)
    await restate.restart()
    const served = await starting
    expect(await client(restate.ingress, { service: 'late' }).run(greeter, 'Hi')).toMatchObject({ status: 'done' })
    await served.stop()
  }, 30_000)

  async function deploymentAt(url: string): Promise<string> {
    const { deployments } = (await (await fetch(`${restate.admin}/deployments`)).json()) as {
      readonly deployments: readonly { readonly id: string; readonly uri: string }[]
    }
    return deployments.find(({ uri }) => uri.startsWith(url))!.id
  }
})

/** As Restate writes it: the key's 32 bytes in base 58. */
function publicKey(key: KeyObject): string {
  const bytes = Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url')
  const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let written = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n)
    written = digits[Number(rest % 58n)]! + written
  return `publickeyv1_${'1'.repeat(bytes.findIndex((byte) => byte !== 0))}${written}`
}
