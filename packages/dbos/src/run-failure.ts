// Why a workflow did not end by itself.
import type { WorkflowStatus } from '@dbos-inc/dbos-sdk'
import type { Rejection } from '@toolloop/engine'
import type { RunsPool } from './database.ts'
import { deathsOf } from './takeovers.ts'

/** `undefined`: it goes on, or has ended by itself. */
export async function failureOf(pool: RunsPool, workflow: WorkflowStatus): Promise<Rejection | undefined> {
  if (workflow.status !== 'CANCELLED') return endOf(workflow)
  const deaths = await deathsOf(pool, workflow.workflowID)
  return { name: 'Error', message: deaths === undefined ? cancelled : givenUp(deaths) }
}

const howToResume =
  'resume it in DBOS (`resumeWorkflows` of its client, with the queue `toolloop.` and the agent’s name)'
const cancelled = `Its workflow was cancelled in DBOS. To go on, ${howToResume}.`
const givenUp = (deaths: number): string =>
  `${deaths} workers died with it, one after the other, without a result in between: it may be what ends them. When that is mended, ${howToResume}.`

function endOf({ status, error }: WorkflowStatus): Rejection | undefined {
  switch (status) {
    case 'ERROR':
      return error instanceof Error
        ? { name: error.name, message: error.message }
        : { name: 'Error', message: JSON.stringify(error) }
    case 'MAX_RECOVERY_ATTEMPTS_EXCEEDED':
      return { name: 'Error', message: 'It was recovered too often: it seems to end its workers. DBOS keeps it.' }
    default:
      return undefined
  }
}
