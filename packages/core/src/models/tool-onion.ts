// Runs a tool call through its middlewares.
import { ToolRetry } from '@toolloop/schema'
import { MiddlewareError, thrownBy } from './middleware-error.ts'
import type { Middleware, NextTool, ToolExecution, ToolMiddleware } from './middleware.ts'

/** A middleware with a part around tool calls. */
export type ToolLayer = Middleware & { readonly tool: ToolMiddleware }

/** The middlewares around tool calls; `undefined` without any. */
export function toolLayersOf(middleware: readonly Middleware[] = []): readonly ToolLayer[] | undefined {
  const layers = middleware.filter((one): one is ToolLayer => one.tool !== undefined)
  return layers.length > 0 ? layers : undefined
}

/** The result of a call that passes through its middlewares. @throws MiddlewareError; what `execute` throws */
export function throughTool(
  layers: readonly ToolLayer[],
  execution: ToolExecution,
  execute: (args: unknown) => Promise<unknown>,
): Promise<unknown> {
  let thrown: { readonly error: unknown } | undefined // the last error from further inside: it is thrown on as it is
  const pass = (error: unknown): unknown => {
    thrown = { error }
    return error
  }
  const enter = async (at: number, args: unknown): Promise<unknown> => {
    const layer = layers[at]
    try {
      if (!layer) return await execute(args)
      const call = args === execution.args ? execution : { ...execution, args }
      const next: NextTool = (...other) => enter(at + 1, other.length > 0 ? other[0] : args)
      return await layer.tool(call, next)
    } catch (error) {
      const isOwn = layer && thrown?.error !== error && !execution.signal.aborted
      const isNamed = error instanceof MiddlewareError || error instanceof ToolRetry
      throw pass(isOwn && !isNamed ? thrownBy(layer.name, error) : error)
    }
  }
  return enter(0, execution.args)
}
