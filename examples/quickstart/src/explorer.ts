// The agent: three typed tools over a real folder, and a typed answer.
import { agent, type AgentOptions, tool, type ToolContext } from 'toolloop'
import { z } from 'zod'
import type { Folder } from './folder.ts'

interface App {
  readonly folder: Folder
}

const relativePath = z.string().describe('Relative to the folder, with forward slashes; "." is the folder itself')

const listFolder = tool({
  name: 'list_folder',
  description: 'The files and folders in a folder with their sizes in bytes, largest first',
  parameters: z.object({ path: relativePath }),
  effects: 'none',
  execute: async ({ path }, { context }: ToolContext<App>) => ({ path, entries: await context.folder.list(path) }),
})

const readFile = tool({
  name: 'read_file',
  description: 'The first lines of a text file',
  parameters: z.object({ path: relativePath, lines: z.int().min(1).max(400).default(80) }),
  effects: 'none',
  execute: async ({ path, lines }, { context }: ToolContext<App>) => ({
    path,
    text: await context.folder.read(path, lines),
  }),
})

const searchFiles = tool({
  name: 'search_files',
  description: 'Files whose name or text contains the query, with the lines that do',
  parameters: z.object({ path: relativePath, query: z.string().min(1) }),
  effects: 'none',
  execute: async ({ path, query }, { context }: ToolContext<App>) => ({
    query,
    matches: await context.folder.search(path, query, 40),
  }),
})

/** What the question is answered with. */
export const Finding = z.object({
  largest: z.string().describe('The path of the largest part'),
  bytes: z.number(),
  promise: z.string().describe('What it says of itself, in one sentence'),
  tests: z.array(z.string()).describe('Paths of the files that test it'),
})

export const question =
  'Which part of this folder is the largest, what does it promise, and where is it tested? If there is a `packages` folder, its packages are the parts.'

export const explorer = (model: Pick<AgentOptions<[], string, unknown>, 'model' | 'client'>) =>
  agent({
    name: 'explorer',
    ...model,
    instructions:
      'You explore a folder with your tools and answer from what they return, never from memory. Call tools in parallel where you can.',
    tools: [listFolder, readFile, searchFiles],
    output: Finding,
  })
