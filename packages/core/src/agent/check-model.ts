// Validates a model, a client and request parameters.
import { UsageError } from '@toolloop/wire'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'
const isFunction = (value: unknown): boolean => typeof value === 'function'

/** Whether `chatModel` can use the value as a client: it has `create` or `chat.completions.create`. */
export function isClient(value: unknown): boolean {
  if (!isFields(value)) return false
  const { chat } = value
  const completions = isFields(chat) ? chat['completions'] : undefined
  return isFunction(value['create']) || (isFields(completions) && isFunction(completions['create']))
}

/** @throws UsageError for what is neither a model's id nor a ChatModel */
export function checkModel(who: string, model: unknown): void {
  if (typeof model === 'string' && model !== '') return
  const isChatModel = isFields(model) && typeof model['name'] === 'string'
  if (isChatModel && (isFunction(model['stream']) || isFunction(model['create']))) return
  if (isChatModel)
    throw new UsageError(
      `${who}: the model \`${String(model['name'])}\` has neither \`stream\` nor \`create\`; a ChatModel needs one of them.`,
    )
  if (isClient(model))
    throw new UsageError(
      `${who}: \`model\` is a client. Pass it as \`client\`, and the model's id as \`model\`: { client, model: 'gpt-5.1' }.`,
    )
  const shown = typeof model === 'object' && model !== null ? 'an object without `name`' : JSON.stringify(model)
  throw new UsageError(`${who}: \`model\` is ${shown}; it must be a model's id or a ChatModel.`)
}

/** Parameters that the agent sets itself, and the option to use instead. */
const taken: Readonly<Record<string, string>> = {
  messages: 'pass them to `run`',
  model: 'use the option `model`',
  tools: 'use the option `tools`',
  functions: 'use the option `tools`',
  tool_choice: 'use the option `toolChoice`',
  function_call: 'use the option `toolChoice`',
  parallel_tool_calls: 'use the option `parallel`',
  response_format: 'use the option `output`',
  stream: 'use the option `wire`',
  n: 'a run reads one choice',
}

/** @throws UsageError for parameters that are no object, or that the agent sets itself */
export function checkParams(who: string, params: unknown): void {
  if (params === undefined) return
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    throw new UsageError(`${who}: \`params\` is ${JSON.stringify(params)}; it must be an object.`)
  const name = Object.keys(params).find((key) => Object.hasOwn(taken, key))
  if (name !== undefined)
    throw new UsageError(`${who}: \`params\` holds \`${name}\`, which the agent sets itself; ${taken[name]}.`)
}
