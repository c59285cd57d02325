import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { nodeHandler } from 'toolloop/ui'
import { type AppOptions, supportApp } from './app.ts'

export interface Desk {
  readonly url: string
  /** Signs in as staff. */
  readonly staffUrl: string
  close(): Promise<void>
}

/** Starts the desk on a port, 0 for any. Runs that an earlier process left behind go on. */
export async function startDesk(port: number, options: Omit<AppOptions, 'script'>): Promise<Desk> {
  const app = supportApp({ ...options, script: await bundlePage() })
  await app.resume()
  const server = createServer(nodeHandler((request) => app.handle(request)))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  return {
    url,
    staffUrl: `${url}/staff?key=${options.staffKey}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The page's script, made at the start: the example needs no build of its own. */
async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.tsx', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    jsx: 'automatic',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]!.text
}
