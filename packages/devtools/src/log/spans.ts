// What took time in a run: model calls, tool calls, waits for a decision, the agents inside it, and the functions of a pipeline.
import type { Fact } from '@toolloop/core'

export interface Span {
  readonly kind: 'model' | 'tool' | 'wait' | 'agent' | 'function'
  readonly name: string
  readonly path: string
  /** Absent for agents and functions. */
  readonly step?: number
  readonly callId?: string
  /** The fact that began it. */
  readonly seq: number
  /** Milliseconds since the run's start. */
  readonly from: number
  /** The last fact's time where its end is not in the log. */
  readonly to: number
  readonly state: 'ok' | 'failed' | 'open'
  /** The call started while its model still sent. */
  readonly early: boolean
}

/** The spans in the order of their beginnings. */
export function spansOf(facts: readonly Fact[]): Span[] {
  const start = facts[0]?.at ?? 0
  const end = (facts.at(-1)?.at ?? start) - start
  const spans: Span[] = []
  const open = new Map<string, number>()
  const begin = (key: string, span: Omit<Span, 'to' | 'state'>): void => {
    open.set(key, spans.length)
    spans.push({ ...span, to: end, state: 'open' })
  }
  const finish = (key: string, fact: Fact, ok: boolean): void => {
    const at = open.get(key)
    if (at === undefined) return
    open.delete(key)
    spans[at] = { ...spans[at]!, to: fact.at - start, state: ok ? 'ok' : 'failed' }
  }
  for (const fact of facts) {
    const { path, seq } = fact
    const from = fact.at - start
    switch (fact.type) {
      case 'run.start':
      case 'run.resume': // the root's time is that of the whole
        if (path) begin(`${path} agent`, { kind: 'agent', name: fact.agent.name, path, seq, from, early: false })
        break
      case 'run.pause':
      case 'run.done':
        finish(`${path} agent`, fact, fact.type === 'run.pause' || fact.outcome.status === 'done')
        break
      case 'stage.start':
        if (fact.kind === 'function')
          begin(`${fact.stage} stage`, {
            kind: 'function',
            name: nameIn(fact.stage),
            path: fact.stage,
            seq,
            from,
            early: false,
          })
        break
      case 'stage.done':
        finish(`${fact.stage} stage`, fact, fact.ok)
        break
      case 'step.start':
        begin(`${path} model`, { kind: 'model', name: fact.model, path, step: fact.step, seq, from, early: false })
        break
      case 'step.done':
      case 'step.cut':
        finish(`${path} model`, fact, fact.type === 'step.done')
        break
      case 'tool.start':
      case 'tool.start.dynamic': {
        const { name, step, callId } = fact
        const early = open.has(`${path} model`)
        begin(`${path} tool ${callId}`, { kind: 'tool', name, path, step, callId, seq, from, early })
        break
      }
      case 'tool.done':
      case 'tool.done.dynamic':
        finish(`${path} tool ${fact.callId}`, fact, fact.ok || fact.reason === 'answered')
        break
      case 'approval.request': {
        const { step, callId, stage = path } = fact
        const name = fact.stage === undefined ? fact.name : nameIn(fact.stage)
        begin(`${path} wait ${callId}`, { kind: 'wait', name, path: stage, step, callId, seq, from, early: false })
        break
      }
      case 'approval.decision':
        finish(`${path} wait ${fact.callId}`, fact, !('approve' in fact.decision) || fact.decision.approve)
        break
      default: // takes no time
    }
  }
  return spans
}

/** The last part of a stage's path. */
export const nameIn = (stage: string): string => stage.split('/').at(-1) ?? stage

/** The spans as a Chrome trace, which Perfetto opens: one lane for each path, and one more for each parallel call. */
export function chromeTrace(facts: readonly Fact[]): string {
  const lanes = new Map<string, number>()
  const laneOf = (name: string): number => {
    if (!lanes.has(name)) lanes.set(name, lanes.size + 1)
    return lanes.get(name)!
  }
  const events = spansOf(facts).map(({ kind, name, path, step, callId, from, to, state }) => ({
    name: kind === 'model' ? `chat ${name}` : name,
    cat: kind,
    ph: 'X',
    ts: from * 1000,
    dur: (to - from) * 1000,
    pid: 1,
    tid: laneOf(kind === 'tool' || kind === 'wait' ? `${path} ${callId ?? ''}` : `${path} ${kind}`),
    args: { path, step, callId, state },
  }))
  const names = Array.from(lanes, ([name, tid]) => ({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } }))
  return JSON.stringify({ traceEvents: [...names, ...events], displayTimeUnit: 'ms' })
}
