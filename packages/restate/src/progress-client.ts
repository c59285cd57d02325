// Reads the progress of a run from its worker.
import { connect } from 'node:http2'
import type { ProgressBatch } from '@toolloop/engine'
import { type ProgressAddress, progressPath } from './progress-server.ts'

/** Yields what arrives, and ends when the worker is gone or the signal is aborted. Never throws: progress is best effort. */
export async function* readProgress(
  { url, token }: ProgressAddress,
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<ProgressBatch, void, void> {
  const session = connect(url)
  session.on('error', () => {}) // the stream ends
  const leave = (): void => session.destroy()
  signal.addEventListener('abort', leave)
  try {
    const stream = session.request({ ':path': progressPath(runId), authorization: `Bearer ${token}` })
    stream.setEncoding('utf8')
    let rest = ''
    for await (const piece of stream) {
      const lines = (rest + String(piece)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield JSON.parse(line) as ProgressBatch
    }
  } catch {
    // The worker died, or was left.
  } finally {
    signal.removeEventListener('abort', leave)
    session.destroy()
  }
}
