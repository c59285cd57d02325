// Agents inside a run and stages of a pipeline, as data parts of the message: few, small, from facts only.
import type { Fact, Failure } from '@toolloop/core'

/** The data of a `data-agent` part: an agent that works inside the run. */
export interface UiAgentData {
  /** Its place in the tree. */
  readonly path: string
  readonly agent: string
  /** `running`, `approval`, or how it ended. */
  readonly status: string
  /** The tool that it called last. */
  readonly tool?: string
  /** Its answer. */
  readonly text?: string
}

/** The data of a `data-stage` part: a stage of a pipeline. */
export interface UiStageData {
  readonly stage: string
  readonly status: 'running' | 'done' | 'failed' | 'cut' | 'waiting'
  readonly ms?: number
  readonly errorText?: string
}

/** A part whose id is a path. */
export interface UiDataPart {
  readonly type: `data-${string}`
  readonly id: string
  readonly data: unknown
}

/** Follows the agents below the root. */
export class InnerAgents {
  readonly #agents = new Map<string, UiAgentData>()

  /** The part that a fact of a path below the root changes. */
  push(event: Fact): UiDataPart | undefined {
    const { path } = event
    const agent = event.type === 'run.start' ? event.agent.name : this.#agents.get(path)?.agent
    if (agent === undefined || (event.type === 'run.start' && event.pipeline)) return undefined
    const data = dataAfter(event, { path, agent })
    if (!data) return undefined
    this.#agents.set(path, data)
    return { type: 'data-agent', id: path, data }
  }
}

function dataAfter(event: Fact, known: { path: string; agent: string }): UiAgentData | undefined {
  switch (event.type) {
    case 'run.start':
    case 'run.resume':
      return { ...known, status: 'running' }
    case 'tool.start':
    case 'tool.start.dynamic':
      return { ...known, status: 'running', tool: event.name }
    case 'run.pause':
      return { ...known, status: 'approval' }
    case 'run.done': {
      const { outcome } = event
      return { ...known, status: outcome.status, ...(outcome.status === 'done' && { text: outcome.text }) }
    }
    default:
      return undefined
  }
}

/** The part that a fact about a stage changes. */
export function stagePart(event: Fact, formatError: (error: Failure) => string): UiDataPart | undefined {
  const data = stageData(event, formatError)
  return data && { type: 'data-stage', id: data.stage, data }
}

function stageData(event: Fact, formatError: (error: Failure) => string): UiStageData | undefined {
  switch (event.type) {
    case 'stage.start':
      return { stage: event.stage, status: 'running' }
    case 'stage.wait':
      return { stage: event.stage, status: 'waiting' }
    case 'stage.cut':
      return { stage: event.stage, status: 'cut' }
    case 'stage.done': {
      const { stage, ok, ms, error } = event
      return { stage, status: ok ? 'done' : 'failed', ms, ...(error && { errorText: formatError(error) }) }
    }
    default:
      return undefined
  }
}
