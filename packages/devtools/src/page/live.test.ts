// The page that follows a log, from its server.
import { appendFileSync, writeFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, describe, it } from 'vitest'
import { serveLive } from '../command/live.ts'
import { eventually, folder, hasBrowser, linesOf, openUrl, useBrowser } from '../test/browser.ts'
import { longLog } from '../test/logs.ts'

useBrowser()

/** A way to the server that can be cut, as by a machine that sleeps. */
class Wire implements AsyncDisposable {
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  port = 0

  constructor(url: string) {
    this.#target = Number(new URL(url).port)
  }

  async join(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1')
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        one.pipe(other)
        one.on('error', () => {})
        one.on('close', () => {
          other.destroy()
          this.#sockets.delete(one)
        })
      }
    })
    await new Promise<void>((resolve) => this.#server!.listen(this.port, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut()
  }
}

describe.skipIf(!hasBrowser)('the live page', () => {
  it('follows a run that is still being written, whole lines only', async () => {
    const all = linesOf(await longLog(12)).split('\n')
    const path = join(folder, 'live.jsonl')
    writeFileSync(path, '')
    await using server = await serveLive(path)
    await using page = await openUrl(server.url)
    expect(await page.locator('main').textContent()).toContain('Waits for the first fact.')
    appendFileSync(path, `${all.slice(0, 3).join('\n')}\n`)
    await eventually(() => page.locator('.row').count()).toBe(3)
    appendFileSync(path, `${all[3]}\n${all[4]!.slice(0, 30)}`)
    await eventually(() => page.locator('.row').count()).toBe(4)
    expect(await page.getByRole('alert').count()).toBe(0)
    appendFileSync(path, `${all[4]!.slice(30)}\n`)
    await eventually(() => page.locator('.row').count()).toBe(5)
    expect(await page.locator('.link').textContent()).toBe('live')
  }, 60_000)

  it('reconnects where it was after the connection was lost, and begins again with another log', async () => {
    const all = linesOf(await longLog(12)).split('\n')
    const path = join(folder, 'sleep.jsonl')
    writeFileSync(path, `${all.slice(0, 3).join('\n')}\n`)
    await using server = await serveLive(path)
    await using wire = new Wire(server.url)
    await wire.join()
    await using page = await openUrl(server.url.replace(/:\d+\//, `:${wire.port}/`), {}, true)
    await eventually(() => page.locator('.row').count()).toBe(3)
    await wire.cut()
    await eventually(() => page.locator('.link').textContent()).toBe('reconnecting')
    appendFileSync(path, `${all.slice(3, 5).join('\n')}\n`)
    await wire.join()
    await eventually(() => page.locator('.row').count()).toBe(5)
    expect(await page.locator('.link').textContent()).toBe('live')
    expect(await page.getByRole('alert').count()).toBe(0) // no line came twice
    writeFileSync(path, `${all[0]!.replace('How are they?', 'And now?')}\n`)
    await eventually(() => page.locator('.row .text').allTextContents()).toEqual(['run.start  And now?'])
  }, 60_000)
})
