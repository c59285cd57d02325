// What this package does not have says so, and what to do about it.
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

/** Gives `target` these names; reading one throws. */
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
