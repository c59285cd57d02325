import type { RunState } from './state.ts'

/** Asked after every step that called tools: is it enough? A name makes `stopped.by` readable. */
export type StopCondition = (state: RunState) => boolean | Promise<boolean>

/** After so many steps since the last question. */
export const steps = (count: number): StopCondition =>
  named(`steps(${count})`, (state) => state.steps.length - state.since >= count)

/** The last step called one of these tools. */
export const calls = (...names: readonly string[]): StopCondition => {
  const condition = named(
    `calls(${names.join(', ')})`,
    (state) => state.steps.at(-1)?.calls.some((call) => names.includes(call.name)) ?? false,
  )
  toolNames.set(condition, names)
  return condition
}

/** The tools that conditions ask for, so that a misspelt one is found when the agent is made. */
const toolNames = new WeakMap<StopCondition, readonly string[]>()
export const toolNamesIn = (condition: StopCondition): readonly string[] => toolNames.get(condition) ?? []

export const and = (...conditions: readonly StopCondition[]): StopCondition =>
  over(conditions, `and(${list(conditions)})`, async (state) => {
    for (const condition of conditions) if (!(await condition(state))) return false
    return true
  })

export const or = (...conditions: readonly StopCondition[]): StopCondition =>
  over(conditions, `or(${list(conditions)})`, async (state) => {
    for (const condition of conditions) if (await condition(state)) return true
    return false
  })

export const not = (condition: StopCondition): StopCondition =>
  over([condition], `not(${condition.name})`, async (state) => !(await condition(state)))

const list = (conditions: readonly StopCondition[]): string => conditions.map((condition) => condition.name).join(', ')
const named = (name: string, condition: StopCondition): StopCondition =>
  Object.defineProperty(condition, 'name', { value: name })

function over(inner: readonly StopCondition[], name: string, condition: StopCondition): StopCondition {
  toolNames.set(condition, inner.flatMap(toolNamesIn))
  return named(name, condition)
}
