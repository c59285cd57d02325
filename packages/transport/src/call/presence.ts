// Keeps the process alive while a caller waits for a server. A stream that no consumer reads does not keep it alive.

let waits = 0
let keeper: Keeper | undefined

/** Begins a wait. The process stays alive until `endWait`, even if no socket or timer keeps it. */
export function beginWait(): void {
  if (waits++ > 0) return
  keeper ??= makeKeeper()
  keeper.ref()
}

/** Ends a wait. */
export function endWait(): void {
  if (--waits === 0) keeper?.unref()
}

/** Stops a timer from keeping the process alive, where the platform supports that: the wait does it. */
export function unref(timer: unknown): void {
  if (canRef(timer)) timer.unref()
}

interface Keeper {
  ref(): unknown
  unref(): unknown
}

/** A timer that does nothing. Made once, so that `ref` and `unref` cost nanoseconds. */
function makeKeeper(): Keeper {
  const timer: unknown = setInterval(() => {}, longestTimer)
  if (canRef(timer)) return timer
  // Browsers and workers have no process to keep alive; on other runtimes the request itself does it.
  clearInterval(timer as ReturnType<typeof setInterval>)
  return { ref() {}, unref() {} }
}

function canRef(timer: unknown): timer is Keeper {
  return typeof timer === 'object' && timer !== null && 'ref' in timer && 'unref' in timer
}

const longestTimer = 2 ** 31 - 1
