// For a machine without a key: a folder of notes, and a model that follows rules.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { call, calls, type Reply, type ScriptRequest, text, toolResults } from '@toolloop/testing'

export const task = 'Write INDEX.md: one line for each note, with its file and its heading.'

export async function makeNotes(folder: string): Promise<void> {
  const notes = {
    'garden.md': '# Garden\n\nBeans go in after the last frost.\n',
    'kitchen.md': '# Kitchen\n\nThe oven runs 15 degrees hot.\n',
    'travel.md': '# Travel\n\nThe night train leaves at 22:10.\n',
  }
  for (const [name, content] of Object.entries(notes)) await writeFile(join(folder, name), content)
}

/** Lists the folder, reads all notes at once, writes the index, and reports what became of it. */
export function scriptedClerk(request: ScriptRequest): Reply {
  const results = toolResults(request)
  const [listing] = results
  if (!listing) return call('list_directory', { path: '.' })
  const written = results.find(({ name }) => name === 'write_file')
  if (written) return text(written.content.startsWith('Successfully') ? 'INDEX.md is written.' : 'Nothing was written.')
  const names = Array.from(listing.content.matchAll(/^\[FILE\] (.+\.md)$/gm), ([, name = '']) => name)
  const notes = names.filter((name) => name !== 'INDEX.md')
  const read = results.filter(({ name }) => name === 'read_text_file')
  if (notes.length === 0) return text('The folder has no notes.')
  if (read.length === 0)
    return calls(notes.map((path) => ({ name: 'read_text_file', args: { path, head: null, tail: null } })))
  const lines = read.map(({ content }, at) => `- ${notes[at]}: ${/^# (.+)$/m.exec(content)?.[1] ?? 'no heading'}`)
  return call('write_file', { path: 'INDEX.md', content: `${lines.join('\n')}\n` })
}
