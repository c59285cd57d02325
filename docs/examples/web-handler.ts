import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { Client, type CompletionEvent, readSse, toResponse } from 'toolloop'

const client = new Client()

// #region handler
/** For any framework with web-standard requests: Hono, Next.js, SvelteKit, Deno, Bun, a worker … */
async function handle(request: Request): Promise<Response> {
  const { question } = (await request.json()) as { question: string }
  const stream = client.chat.completions.stream({
    model: 'gpt-5.1',
    messages: [{ role: 'user', content: question }],
  })
  return toResponse(stream, {
    redact: (event) => (event.type === 'content.delta' ? event : undefined), // other events are not sent
    keepAlive: 15_000,
  })
}
// #endregion

// #region browser
/** In the browser. Leaving the loop, or closing the page, ends the request to the model too. */
async function ask(url: string, question: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ question }) })
  for await (const event of readSse<CompletionEvent>(response))
    if (event.type === 'content.delta') process.stdout.write(event.delta)
  console.log()
}
// #endregion

// Both in one program, with Node's own server between them.
const server = createServer((incoming, outgoing) => {
  const init = { method: 'POST', body: Readable.toWeb(incoming), duplex: 'half' } as unknown as RequestInit
  void handle(new Request('http://localhost', init)).then((response) => {
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    Readable.fromWeb(response.body as never).pipe(outgoing)
  })
}).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  void ask(`http://127.0.0.1:${port}`, 'What is an owl?').then(() => {
    server.close()
    return client.close()
  })
})
