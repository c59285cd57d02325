// Where errors of the server go: a response holds none of their words.

/** Gets each error that is the server's fault, with the request that met it. */
export type OnError = (error: unknown, request: Request) => void

/** Calls `onError`. It cannot make a response fail. */
export function report(error: unknown, request: Request, onError: OnError = print): void {
  try {
    onError(error, request)
  } catch {
    // Its own failure has no other place to go.
  }
}

const print: OnError = (error) => console.error(error)
