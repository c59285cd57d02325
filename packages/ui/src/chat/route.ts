// Routes by the path of a request: `{path}`, `{path}/{chatId}`, `{path}/{chatId}/stream`.
import { PostError } from '../http/post-error.ts'

export interface Route {
  readonly chatId: string | undefined
  readonly isStream: boolean
}

/** `undefined`: the path is none of ours. */
export function routeOf(pathname: string, path: string): Route | undefined {
  if (!isBelow(pathname, path)) return undefined
  const base = baseOf(path)
  const [, chatId, stream, ...more] = pathname.slice(base.length).split('/')
  if (more.length > 0 || (stream !== undefined && stream !== 'stream')) return undefined
  try {
    return { chatId: chatId ? decodeURIComponent(chatId) : undefined, isStream: stream !== undefined }
  } catch {
    return undefined
  }
}

/** Why a path has no route. A mistake in the setup is named; below the path, all chats that are none have the same error. */
export const unserved = (pathname: string, path: string): PostError =>
  isBelow(pathname, path)
    ? unknownChat()
    : new PostError(
        'post_unknown',
        `This path is not served. The handlers are mounted at ${path}: see the option \`path\`.`,
      )

export const unknownChat = (): PostError => new PostError('post_unknown', 'There is no such chat.')

const isBelow = (pathname: string, path: string): boolean =>
  pathname === baseOf(path) || pathname.startsWith(`${baseOf(path)}/`)

const baseOf = (path: string): string => path.replace(/\/+$/, '')
