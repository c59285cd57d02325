// What a library must offer here: an agent with one tool, run its own way. What it cannot do is left out.
import type { Body } from '../src/adapter.ts'
import { lookup, report, startDelays, type Tool, wait } from './tools.ts'

/** Runs the agent once and resolves to the text of its last answer. */
export type Run = (body: Body) => Promise<string>

export interface AgentLibrary {
  /** Asks plainly, runs the calls, repeats. */
  run?(baseURL: string, tool: Tool): Run
  /** The same over streams, reading the text as it comes. */
  stream?(baseURL: string, tool: Tool): Run
}

/** The most requests of one run; a library's own default would end it early. */
export const maxSteps = 2000

/** The measures of a library, by the names that workloads use. */
export function adapterOf({ run, stream }: AgentLibrary): Readonly<Record<string, unknown>> {
  return {
    loop: run && ((baseURL: string) => run(baseURL, lookup)),
    parallel: run && ((baseURL: string) => run(baseURL, wait)),
    streamed: stream && ((baseURL: string) => stream(baseURL, lookup)),
    early: stream && ((baseURL: string) => firstStart(stream(baseURL, report))),
  }
}

/** Milliseconds from the end of the first call on the wire to the start of its tool. */
function firstStart(run: Run): (body: Body) => Promise<number> {
  return async (body) => {
    const from = startDelays.length
    await run(body)
    const delay = startDelays[from]
    if (delay === undefined) throw new Error('no tool was started')
    return delay
  }
}
