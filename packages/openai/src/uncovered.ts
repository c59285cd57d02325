// The peer's members that this package does not have. Reading one throws an error that names the remedy.
import { OpenAIError } from './errors/errors.ts'

/** The peer's other resources and methods of a client. */
export const uncovered = [
  'admin',
  'audio',
  'batches',
  'completions',
  'containers',
  'conversations',
  'decisions',
  'embeddings',
  'evals',
  'files',
  'fineTuning',
  'graders',
  'images',
  'live',
  'models',
  'moderations',
  'realtime',
  'responses',
  'safety',
  'skills',
  'uploads',
  'vectorStores',
  'videos',
  'webhooks',
  'delete',
  'get',
  'patch',
  'post',
  'put',
  'request',
] as const

/** The peer's other resources below `beta`. */
export const uncoveredBeta = ['assistants', 'realtime', 'responses', 'threads', 'vectorStores'] as const

/** Defines a getter for each name on `target`. The getter throws an `OpenAIError`. */
export function refuse(target: object, names: readonly string[], path: string): void {
  for (const name of names)
    Object.defineProperty(target, name, {
      get() {
        throw new OpenAIError(
          `\`${path}.${name}\` is not part of this package, which covers \`client.chat.completions\` and its stored completions. ` +
            "Keep the `openai` package beside it for the rest: `import OpenAIApi from 'openai'`.",
        )
      },
      configurable: true,
    })
}
