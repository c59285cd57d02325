// An agent whose tools are those of the filesystem server, for one folder.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type McpTools, mcpTools } from '@toolloop/mcp'
import { agent, type ChatModel, type Client } from 'toolloop'

const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/package.json')

/** Starts the server, which serves this folder and nothing else. Close it. */
export function filesOf(folder: string): Promise<McpTools> {
  return mcpTools(
    { command: process.execPath, args: [join(manifest, '../dist/index.js'), folder] },
    {
      include: ['list_directory', 'read_text_file', 'search_files', 'write_file', 'edit_file', 'create_directory'],
      // This server is trusted: tools that it calls read-only start while the model is still talking.
      effects: 'annotations',
      approve: ['write_file', 'edit_file', 'create_directory'],
    },
  )
}

/** `client` is needed only for a model that is a name. */
export const clerk = (files: McpTools, model: string | ChatModel, client?: Client) =>
  agent({
    name: 'clerk',
    model,
    client,
    tools: files.tools,
    instructions:
      'You keep the files of one folder. Paths are relative to it: `.` is the folder itself. Read before you write.',
    maxSteps: 30,
  })
