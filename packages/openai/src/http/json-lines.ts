// Lines of JSON in a stream of bytes.

/** One value a line; blank lines are skipped. An abort of `controller` ends it without an error. */
export async function* jsonLines<Item>(
  readable: ReadableStream,
  controller: AbortController,
): AsyncGenerator<Item, void, undefined> {
  const reader = (readable as ReadableStream<Uint8Array | string>).getReader()
  const decoder = new TextDecoder()
  const cancel = (): void => void reader.cancel().catch(() => {})
  controller.signal.addEventListener('abort', cancel, { once: true })
  let over = false
  try {
    let rest = ''
    while (!over && !controller.signal.aborted) {
      const { done, value } = await reader.read()
      over = done
      rest += done ? decoder.decode() : typeof value === 'string' ? value : decoder.decode(value, { stream: true })
      const lines = rest.split(/\r\n|\n|\r/)
      rest = done ? '' : lines.pop()!
      for (const line of lines) {
        if (controller.signal.aborted) return
        if (line !== '') yield valueOf(line) as Item
      }
    }
  } finally {
    controller.signal.removeEventListener('abort', cancel)
    if (!over) {
      controller.abort()
      cancel()
    }
    reader.releaseLock()
  }
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    // The error of `JSON.parse` would quote the line.
    throw new SyntaxError('Error reading response: a line is not JSON.')
  }
}
