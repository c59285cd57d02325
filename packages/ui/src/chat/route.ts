// Routes by the path of a request: `{path}`, `{path}/{chatId}`, `{path}/{chatId}/stream`.

export interface Route {
  readonly chatId: string | undefined
  readonly isStream: boolean
}

/** `undefined`: the path is none of ours. */
export function routeOf(pathname: string, path: string): Route | undefined {
  const base = path.replace(/\/+$/, '')
  if (pathname !== base && !pathname.startsWith(`${base}/`)) return undefined
  const [, chatId, stream, ...more] = pathname.slice(base.length).split('/')
  if (more.length > 0 || (stream !== undefined && stream !== 'stream')) return undefined
  try {
    return { chatId: chatId ? decodeURIComponent(chatId) : undefined, isStream: stream !== undefined }
  } catch {
    return undefined
  }
}
