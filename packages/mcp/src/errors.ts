import { brand, ToolloopError } from '@toolloop/wire'

/** A server could not be reached, closed the connection, or did not answer. The message names the server. */
export class McpError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.McpError')
  override readonly name = 'McpError'

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('connection', message, options)
  }

  static {
    brand(this)
  }
}

/** A tool of a server reported that it failed. The message is the server's, for the model. */
export class McpToolError extends ToolloopError {
  static override readonly brand: symbol = Symbol.for('toolloop.McpToolError')
  override readonly name = 'McpToolError'

  constructor(message: string) {
    super('tool_input', message)
  }

  static {
    brand(this)
  }
}
