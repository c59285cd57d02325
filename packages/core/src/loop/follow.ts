/** Forwards an abort. Returns a function that removes the listener. */
export function follow(outer: AbortSignal, controller: AbortController): () => void {
  const abort = (): void => controller.abort(outer.reason)
  if (outer.aborted) abort()
  outer.addEventListener('abort', abort, { once: true })
  return () => outer.removeEventListener('abort', abort)
}
