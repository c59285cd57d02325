// Sources and files that an answer or a tool's result carries beside its text.
import type { AssistantMessage, ContentPart } from '@toolloop/wire'
import { isFileUrl, isLink } from '../http/public-url.ts'
import type { UiChunk } from './chunk.ts'

/** The pages that an answer cites. */
export function sourcesOf(message: AssistantMessage, step: number): UiChunk[] {
  const { annotations } = message as { annotations?: unknown }
  if (!Array.isArray(annotations)) return []
  return annotations.flatMap((one: unknown, index) => {
    const { url, title } = (fieldOf(one, 'url_citation') ?? {}) as { url?: unknown; title?: unknown }
    if (typeof url !== 'string' || !isLink(url)) return []
    return {
      type: 'source-url' as const,
      sourceId: `${step}:${index}`,
      url,
      ...(typeof title === 'string' && { title }),
    }
  })
}

/** Images that an answer contains, in the field in which several servers return them. */
export function filesOf(message: AssistantMessage): UiChunk[] {
  const { images } = message as { images?: unknown }
  if (!Array.isArray(images)) return []
  return images.flatMap((one: unknown) => fileAt(fieldOf(fieldOf(one, 'image_url'), 'url')))
}

/** Images of a tool's result. */
export const filesIn = (parts: readonly ContentPart[] = []): UiChunk[] =>
  parts.flatMap((part) => (part.type === 'image_url' ? fileAt(part.image_url.url) : []))

function fileAt(url: unknown): UiChunk[] {
  if (typeof url !== 'string' || !isFileUrl(url)) return []
  const [, mediaType = 'image'] = /^data:([\w.+-]+\/[\w.+-]+)[;,]/.exec(url) ?? []
  return [{ type: 'file', url, mediaType }]
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
