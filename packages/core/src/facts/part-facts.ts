// Which facts of a log are those of a part.
import type { Fact } from './events.ts'
import type { PartMark } from './part.ts'
import { isStageIn } from './stage-requests.ts'

/** Whether the path of a run or stage is a part's, or inside it. */
export const isInPart = (path: string, { part, of }: PartMark): boolean =>
  of === 'item' ? isStageIn(path, part) : path === part || path.startsWith(`${part}/`)

/** Whether the fact is of a run or stage in the part. */
export const isOfPart = (fact: Fact, mark: PartMark): boolean =>
  fact.path === '' && 'stage' in fact && fact.stage !== undefined
    ? isInPart(fact.stage, mark)
    : fact.path !== '' && isInPart(fact.path, mark)
