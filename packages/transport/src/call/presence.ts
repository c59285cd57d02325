// What keeps the process alive: somebody waits for a server. A stream that nobody reads does not.

let waits = 0
let keeper: Keeper | undefined

/** A wait begins: until it is over the process stays, whatever its sockets and timers would say. */
export function arrive(): void {
  if (waits++ > 0) return
  keeper ??= makeKeeper()
  keeper.ref()
}

/** A wait is over. */
export function leave(): void {
  if (--waits === 0) keeper?.unref()
}

/** Takes from a timer what keeps the process alive, where it has that: the wait does it. */
export function unref(timer: unknown): void {
  if (canRef(timer)) timer.unref()
}

interface Keeper {
  ref(): unknown
  unref(): unknown
}

/** A timer that has nothing to do. Made once: to hold and to let go is then a matter of nanoseconds. */
function makeKeeper(): Keeper {
  const timer: unknown = setInterval(() => {}, longestTimer)
  if (canRef(timer)) return timer
  // Browsers and workers have no process to keep; other runtimes hold it by the request itself.
  clearInterval(timer as ReturnType<typeof setInterval>)
  return { ref() {}, unref() {} }
}

function canRef(timer: unknown): timer is Keeper {
  return typeof timer === 'object' && timer !== null && 'ref' in timer && 'unref' in timer
}

const longestTimer = 2 ** 31 - 1
