// A server's result as content parts for the model. Its text is a stranger's: bounded, and never part of instructions.
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client'
import type { ContentPart } from '@toolloop/wire'

/** What the model reads of a result, at most `maxBytes` of text, and as many of images, audio and files. */
export function contentOf({ content, structuredContent }: CallToolResult, maxBytes: number): string | ContentPart[] {
  const blocks = Array.isArray(content) ? content : []
  if (blocks.length === 0 && structuredContent === undefined) return ''
  const parts = blocks.length === 0 ? [text(JSON.stringify(structuredContent))] : blocks.map(partOf)
  const shown = bounded(parts, maxBytes)
  const [only] = shown
  return shown.length === 1 && only?.type === 'text' ? only.text : shown
}

function partOf(block: ContentBlock): ContentPart {
  switch (block.type) {
    case 'text':
      return text(block.text)
    case 'image':
      return image(block.mimeType, block.data)
    case 'audio':
      return audio(block.mimeType, block.data)
    case 'resource_link':
      return text(
        `[resource ${block.uri}${block.name ? `: ${block.name}` : ''}${block.description ? `, ${block.description}` : ''}]`,
      )
    case 'resource': {
      const { uri, mimeType = 'application/octet-stream' } = block.resource
      if ('text' in block.resource) return text(`[resource ${uri}]\n${block.resource.text}`)
      const { blob } = block.resource
      if (mimeType.startsWith('image/')) return image(mimeType, blob)
      if (mimeType.startsWith('audio/')) return audio(mimeType, blob)
      const filename = /[^/]+$/.exec(uri)?.[0] ?? 'resource'
      return { type: 'file', file: { filename, file_data: `data:${mimeType};base64,${blob}` } }
    }
    default:
      return text(`[content of a kind that cannot be shown: ${String(Reflect.get(block, 'type')).slice(0, 60)}]`)
  }
}

const text = (value: string): ContentPart => ({ type: 'text', text: value })

function image(mimeType: string, data: string): ContentPart {
  return { type: 'image_url', image_url: { url: `data:${mimeType};base64,${data}` } }
}

/** The wire takes WAV and MP3. */
function audio(mimeType: string, data: string): ContentPart {
  const format = /wav/.test(mimeType) ? 'wav' : /mp3|mpeg/.test(mimeType) ? 'mp3' : undefined
  if (format === undefined) return text(`[audio of the type ${mimeType}, which the model cannot hear]`)
  return { type: 'input_audio', input_audio: { data, format } }
}

/** Content parts of a result that are shown. */
const mostParts = 1000

function bounded(all: readonly ContentPart[], maxBytes: number): ContentPart[] {
  const parts = all.slice(0, mostParts)
  if (all.length > mostParts) parts.push(text(`[left out: ${all.length - mostParts} further parts]`))
  let texts = maxBytes
  let others = maxBytes
  const shown: ContentPart[] = []
  for (const part of parts) {
    if (part.type === 'text') {
      if (texts <= 0) continue
      const length = part.text.length
      const note = `\n[cut: ${length} characters, of which the first ${texts} are shown]`
      shown.push(length <= texts ? part : text(part.text.slice(0, texts) + note))
      texts -= length
    } else {
      const { length } = JSON.stringify(part)
      others -= length
      shown.push(others >= 0 ? part : text(`[left out: ${length} characters of ${part.type}]`))
    }
  }
  return shown
}
