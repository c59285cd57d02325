import type { AnyTool } from '../agent/spec.ts'
import { frozenCopy, ownCopy, ownCopyOr } from '../facts/own-copy.ts'

/** A call's tool and arguments: `text` as the model wrote them, `args` as the tool's schema parses them. */
export interface ParsedCall {
  readonly tool: AnyTool
  /** `undefined`: a middleware made the arguments. */
  readonly text: string | undefined
  readonly args: unknown
}

/**
 * Arguments that one of the user's functions may change: a copy. If they hold an instance of a class, which a transform
 * of the schema makes and which cannot be copied, the text is parsed again.
 */
export const ownArguments = ({ tool, text, args }: ParsedCall): unknown =>
  text === undefined ? ownCopy(args) : ownCopyOr(args, () => tool.parse(text))

/** The call with the arguments of a middleware, which may be others. */
export const replaced = (call: ParsedCall, args: unknown): ParsedCall =>
  args === call.args ? call : { ...call, args, text: undefined }

/** The frozen arguments of the call's events. Instances in them are not frozen, but no function of the tool gets them. */
export function shownArguments(call: ParsedCall): unknown {
  const own = ownArguments(call)
  return own instanceof Promise ? own.then(frozenCopy) : frozenCopy(own)
}
