import { brand, ToolloopError } from '@toolloop/wire'
import { formatFindings, type Finding } from '../contract/findings.ts'
import { formatIssues, type Issue } from './issues.ts'

/** A schema that the API would reject. Thrown where the tool or format is made; lists all violations. */
export class SchemaError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.SchemaError')
  override readonly name = 'SchemaError'
  readonly findings: readonly Finding[]

  /** @param subject what has the schema, e.g. "Tool `search`" */
  constructor(subject: string, findings: readonly Finding[], options: { cause?: unknown } = {}) {
    const count = findings.length === 1 ? '1 problem' : `${findings.length} problems`
    super('schema', `${subject} would be rejected by the API, ${count}:\n${formatFindings(findings)}`, options)
    this.findings = findings
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), findings: this.findings }
  }

  static {
    brand(this)
  }
}

/** Arguments that are no JSON object or do not fit the tool's parameters. The message is for the model. */
export class ToolInputError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ToolInputError')
  override readonly name = 'ToolInputError'
  readonly tool: string
  readonly issues: readonly Issue[]
  /** The arguments as the model wrote them. Not enumerable, since they may hold secrets. */
  declare readonly arguments: string

  constructor(tool: string, text: string, issues: readonly Issue[], options: { cause?: unknown } = {}) {
    super(
      'tool_input',
      `Invalid arguments for \`${tool}\`, nothing was run:\n${formatIssues(issues)}`,
      causeOf(options),
    )
    this.tool = tool
    this.issues = issues
    Object.defineProperty(this, 'arguments', { value: text, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** An answer, or what a tool returned, that does not fit its schema. The message is for the model. */
export class OutputError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.OutputError')
  override readonly name = 'OutputError'
  readonly issues: readonly Issue[]
  /** The text of the answer; absent for the value of a tool. Not enumerable. */
  declare readonly text?: string

  constructor(subject: string, issues: readonly Issue[], options: { cause?: unknown; text?: string } = {}) {
    super('output', `${subject}:\n${formatIssues(issues)}`, causeOf(options))
    this.issues = issues
    if (options.text !== undefined) Object.defineProperty(this, 'text', { value: options.text, enumerable: false })
  }

  static {
    brand(this)
  }
}

/** A tool throws it to send the model a message, for example how to call it better. The run continues. */
export class ToolRetry extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.ToolRetry')
  override readonly name = 'ToolRetry'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('tool_input', message, options)
  }

  static {
    brand(this)
  }
}

/**
 * A tool throws it to ask a person. The run waits with a request of kind `input`; once that is answered, maybe by another
 * process, `execute` is called again with the same arguments and reads `context.input`. Both values are plain JSON.
 */
export class InputRequired extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.InputRequired')
  override readonly name = 'InputRequired'
  /** What the person is asked. */
  readonly request: unknown
  /** What the tool needs to go on. */
  readonly state: unknown

  constructor(request: unknown, state?: unknown) {
    super('approval', 'The tool needs input from a person.')
    this.request = request
    this.state = state
  }

  static {
    brand(this)
  }
}

/** Without a cause of `undefined`, which consoles would show. */
function causeOf({ cause }: { readonly cause?: unknown }): { cause?: unknown } {
  return cause === undefined ? {} : { cause }
}
