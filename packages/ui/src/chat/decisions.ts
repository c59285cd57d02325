// Who may decide on a request for approval.
import type { Decision } from '@toolloop/core'
import { PostError } from '../http/post-error.ts'
import type { ChatOptions, ChatRequest } from './options.ts'
import type { ChatSession } from './session.ts'

/** @throws PostError where a request is not pending, or this user may not decide on it */
export async function checkDecisions(
  authorize: ChatOptions['authorize'],
  chat: ChatRequest,
  { requests }: ChatSession,
  decisions: Readonly<Record<string, Decision>>,
): Promise<void> {
  for (const id of Object.keys(decisions)) {
    const request = requests.find((one) => one.id === id)
    if (!request) throw new PostError('post_history', 'The decision is on a request that is not pending.')
    if (!authorize)
      throw new PostError('post_forbidden', 'Decisions are refused: the handlers have no function `authorize`.')
    if (!(await authorize(request, chat))) throw new PostError('post_forbidden', 'You may not decide on this request.')
  }
}
