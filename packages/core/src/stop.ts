import type { RunState } from './state.ts'

/** Asked after every step that called tools: is it enough? A name makes `stopped.by` readable. */
export type StopCondition = (state: RunState) => boolean | Promise<boolean>

/** After so many steps since the last question. */
export const steps = (count: number): StopCondition =>
  named(`steps(${count})`, (state) => state.steps.length - state.since >= count)

/** The last step called one of these tools. */
export const calls = (...names: readonly string[]): StopCondition =>
  named(
    `calls(${names.join(', ')})`,
    (state) => state.steps.at(-1)?.calls.some((call) => names.includes(call.name)) ?? false,
  )

export const and = (...conditions: readonly StopCondition[]): StopCondition =>
  named(`and(${list(conditions)})`, async (state) => {
    for (const condition of conditions) if (!(await condition(state))) return false
    return true
  })

export const or = (...conditions: readonly StopCondition[]): StopCondition =>
  named(`or(${list(conditions)})`, async (state) => {
    for (const condition of conditions) if (await condition(state)) return true
    return false
  })

export const not = (condition: StopCondition): StopCondition =>
  named(`not(${condition.name})`, async (state) => !(await condition(state)))

const list = (conditions: readonly StopCondition[]): string => conditions.map((condition) => condition.name).join(', ')
const named = (name: string, condition: StopCondition): StopCondition =>
  Object.defineProperty(condition, 'name', { value: name })
