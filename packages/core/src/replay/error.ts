import { brand, ToolloopError } from '@toolloop/wire'
import type { Difference } from '../facts/difference.ts'
import type { Fact } from '../facts/events.ts'

/** Today's agent differs from the log. Carries the place of the first difference, and both values. */
export class ReplayError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ReplayError')
  override readonly name = 'ReplayError'
  /** `undefined` outside of steps: the run's end. */
  readonly step: number | undefined
  /** The name of the tool whose call differs. */
  readonly tool: string | undefined
  readonly callId: string | undefined
  /** The path within the fact of type `fact`, such as `$.content`. `$`: the whole fact is missing, or is not in the log. */
  readonly path: string
  readonly fact: Fact['type']
  /** The value in the log. */
  readonly was: unknown
  /** The value of today's run. */
  readonly is: unknown

  constructor(about: Fact, { path, was, is }: Difference) {
    const step = 'step' in about ? about.step : undefined
    const tool = 'name' in about ? about.name : undefined
    const callId = 'callId' in about ? about.callId : undefined
    const where = [step !== undefined && `step ${step}`, tool && `tool \`${tool}\` (${callId})`, `\`${about.type}\``]
    super(
      'replay',
      `Today's agent differs from the log at ${where.filter(Boolean).join(', ')}, ${path}: the log has ${shown(was)}, today it is ${shown(is)}.`,
    )
    this.step = step
    this.tool = tool
    this.callId = callId
    this.path = path
    this.fact = about.type
    this.was = was
    this.is = is
  }

  static {
    brand(this)
  }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200))
