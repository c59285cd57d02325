import type { RunState } from '../facts/state.ts'

/** Called after every step with tool calls; `true` ends the run. The function's name becomes `by` of the outcome. */
// oxlint-disable-next-line typescript/no-explicit-any -- a condition without tool names must be assignable for every agent: only `any` is
export interface StopCondition<Name extends string = any> {
  (state: RunState): boolean | Promise<boolean>
  /** The tools that the condition waits for. `agent` throws when it has no tool of that name. */
  readonly tools?: readonly Name[] | undefined
}

/** Holds after `count` steps since the last input. */
export const steps = (count: number): StopCondition<never> =>
  condition(`steps(${count})`, [], (state) => state.steps.length - state.since >= count)

/** Holds when the last step called one of these tools. */
export const calls = <Name extends string>(...names: readonly Name[]): StopCondition<Name> =>
  condition(
    `calls(${names.join(', ')})`,
    names,
    (state) => state.steps.at(-1)?.calls.some((call) => names.some((name) => name === call.name)) ?? false,
  )

export const and = <Name extends string = never>(...conditions: readonly StopCondition<Name>[]): StopCondition<Name> =>
  condition(`and(${list(conditions)})`, toolsOf(conditions), async (state) => {
    for (const one of conditions) if (!(await one(state))) return false
    return true
  })

export const or = <Name extends string = never>(...conditions: readonly StopCondition<Name>[]): StopCondition<Name> =>
  condition(`or(${list(conditions)})`, toolsOf(conditions), async (state) => {
    for (const one of conditions) if (await one(state)) return true
    return false
  })

export const not = <Name extends string = never>(inner: StopCondition<Name>): StopCondition<Name> =>
  condition(`not(${inner.name})`, toolsOf([inner]), async (state) => !(await inner(state)))

const list = (conditions: readonly StopCondition[]): string => conditions.map(({ name }) => name).join(', ')

/** The tools that conditions wait for, so that `agent` can reject an unknown name. */
export const toolsOf = <Name extends string>(conditions: readonly StopCondition<Name>[]): readonly Name[] =>
  conditions.flatMap(({ tools }) => tools ?? [])

const condition = <Name extends string>(
  name: string,
  tools: readonly Name[],
  holds: (state: RunState) => boolean | Promise<boolean>,
): StopCondition<Name> => Object.defineProperties(holds, { name: { value: name }, tools: { value: tools } })
