// Finds where a request does not extend the last one. While nothing changed, nothing is computed.
import type { Message } from '@toolloop/wire'
import type { FactOf } from '../facts/events.ts'
import { fingerprintOf } from '../facts/fingerprint.ts'
import type { PrefixState } from '../facts/prefix.ts'
import type { BreakPlace, PrefixMark } from '../facts/prefix-mark.ts'
import type { RequestParts, Run } from '../run/run.ts'
import type { StepPlan } from './request.ts'

type Found = NonNullable<FactOf<'step.start'>['prefix']>
/** What is kept of the last request of this process. */
type Last = Pick<StepPlan, 'model' | 'parts' | 'edited'>
type Break = NonNullable<Found['breaks']>[number]

/** The mark and the breaks of a request; `undefined` when it extends the last one. */
export function prefixOf(run: Run, plan: StepPlan): Found | undefined {
  const last = run.lastPlan as Last | undefined
  // Without the request: its list of messages would live for a step longer, and be copied by the collector.
  run.lastPlan = { model: plan.model, parts: plan.parts, edited: plan.edited } satisfies Last
  const { prefix: before, messages } = run.state
  if (last && !before.compacted && isSteady(last, plan)) return undefined
  const mark = markOf(plan)
  const breaks = before.mark ? breaksOf(before, before.mark, plan, mark, shownBefore(run, last), messages) : []
  if (before.compacted) breaks.push({ place: 'compaction', cause: before.compacted.join(', ') })
  const isNew = !before.mark || breaks.length > 0 || !isSame(before.mark, mark)
  if (!isNew) return undefined
  return { mark, ...(breaks.length > 0 && { breaks }) }
}

/** The parts of the last request that was planned in this process. */
export const lastPartsOf = (run: Run): RequestParts | undefined => (run.lastPlan as Last | undefined)?.parts

/** Whether all parts are the same objects. The conversation itself only grows. */
function isSteady(last: Last, plan: StepPlan): boolean {
  const { rest: a, head: x } = last.parts
  const { rest: b, head: y } = plan.parts
  if (last.edited || plan.edited || last.model !== plan.model) return false
  return x[0] === y[0] && a.response_format === b.response_format && isSameList(a.tools, b.tools)
}

function isSameList(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  return a === b || (a?.length === b?.length && (a ?? []).every((item, at) => item === b?.[at]))
}

function markOf({ model, parts, edited }: StepPlan): PrefixMark {
  const { rest, head } = parts
  const [system] = edited ? [] : head
  return {
    tools: fingerprintOf(rest.tools ?? []),
    instructions: fingerprintOf((edited?.system ?? system)?.content ?? ''),
    output: fingerprintOf(rest.response_format ?? null),
    rendering: model.profile?.name ?? '',
    ...(edited && { shown: { count: edited.messages.length, hash: fingerprintOf(edited.messages) } }),
  }
}

const isSame = (a: PrefixMark, b: PrefixMark): boolean => JSON.stringify(a) === JSON.stringify(b)

function breaksOf(
  before: PrefixState,
  was: PrefixMark,
  plan: StepPlan,
  is: PrefixMark,
  shown: readonly Message[] | undefined,
  conversation: readonly Message[],
): Break[] {
  const breaks: Break[] = []
  const add = (place: BreakPlace, cause: string): void => void breaks.push({ place, cause })
  if (before.model !== plan.model.name) add('model', `${before.model}, then ${plan.model.name}`)
  if (was.tools !== is.tools) add('tools', toolChange(before.tools, plan.tools))
  if (was.output !== is.output) add('output', 'The output format changed.')
  if (was.instructions !== is.instructions) add('instructions', 'The instructions changed.')
  if (was.rendering !== is.rendering)
    add('rendering', `rendered for ${was.rendering || 'OpenAI'}, then for ${is.rendering || 'OpenAI'}`)
  // After a compaction other messages are sent: that is a break of its own.
  const history = before.compacted ? undefined : historyChange(was, plan, shown, conversation)
  if (history) add('history', history)
  return breaks
}

function toolChange(was: readonly string[], is: readonly string[]): string {
  const added = is.filter((name) => !was.includes(name))
  const gone = was.filter((name) => !is.includes(name))
  const changes = [added.length > 0 && `added ${added.join(', ')}`, gone.length > 0 && `removed ${gone.join(', ')}`]
  return changes.filter(Boolean).join('; ') || 'The order or the definitions of the tools changed.'
}

/** The messages of the last request; `undefined` when only their hash is known. */
function shownBefore({ state }: Run, last: Last | undefined): readonly Message[] | undefined {
  if (last) return last.edited?.messages ?? state.messages.slice(0, state.prefix.count)
  return state.prefix.mark?.shown ? undefined : state.messages.slice(0, state.prefix.count)
}

/** Only messages that a hook sends in place of the conversation can break the history. */
function historyChange(
  was: PrefixMark,
  { edited }: StepPlan,
  shown: readonly Message[] | undefined,
  conversation: readonly Message[],
): string | undefined {
  if (!edited && !was.shown) return undefined
  const now = edited?.messages ?? conversation
  if (!shown)
    return was.shown && fingerprintOf(now.slice(0, was.shown.count)) === was.shown.hash
      ? undefined
      : 'The messages changed.'
  const at = shown.findIndex(
    (message, index) => message !== now[index] && JSON.stringify(message) !== JSON.stringify(now[index]),
  )
  return at < 0 ? undefined : `messages[${at}] changed.`
}
