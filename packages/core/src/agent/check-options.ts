// Validates options at the call that passes them. The message names the option, its value and the valid values.
import { checkAnswerLimits } from '@toolloop/stream'
import {
  type ChatModel,
  checkLimit,
  checkOptions,
  oneOf,
  type OptionCheck,
  showOption,
  type ToolChoice,
  UsageError,
  wholeNumber,
} from '@toolloop/wire'
import { checkMiddleware } from '../models/middleware.ts'
import { checkBudget, checkPrice } from './budget.ts'
import { checkGuardrails } from './guardrail.ts'
import { checkMaxResult } from './max-result.ts'
import { checkModel, checkParams, isClient } from './check-model.ts'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isFunction = (value: unknown): boolean => typeof value === 'function'
const textOr =
  (...others: readonly ((value: unknown) => boolean)[]) =>
  (value: unknown) =>
    (typeof value === 'string' && value !== '') || others.some((other) => other(value))

const checks: Readonly<Record<string, OptionCheck>> = {
  name: [textOr(), 'a text that is not empty'],
  model: [() => true, "a model's id or a ChatModel"], // see checkModel
  client: [isClient, 'a client with `create` or `chat.completions.create`, e.g. `new Client()`'],
  instructions: [textOr((value) => value === '', isFunction), 'a text or a function of the context'],
  tools: [(value) => Array.isArray(value) && value.every(isTool), 'an array of tools made by `tool`'],
  handoffs: [Array.isArray, 'an array of agents, names of agents, and what `handoff` returns'],
  output: [isObject, 'a schema, or { schema, mode, validate, retries }'],
  params: [
    (value) => (isObject(value) && !Array.isArray(value)) || isFunction(value),
    'an object or a function of the context',
  ],
  toolChoice: [
    (value) => isChoice(value) || ['auto', 'none', 'required'].includes(value as string),
    '"auto", "none", "required", or a choice of the wire, e.g. { type: "function", function: { name } }',
  ],
  parallel: oneOf(true, false),
  limit: [isObject, '{ concurrency, interval, intervalCap }'],
  maxSteps: wholeNumber(1),
  cycleGuard: oneOf(true, false),
  budget: [isObject, '{ toolCalls, tokens, usd, ms, … }'],
  stopWhen: [
    (value) => isFunction(value) || (Array.isArray(value) && value.every(isFunction)),
    'a predicate or an array of them',
  ],
  prepareStep: [isFunction, 'a function'],
  maxResult: [() => true, ''], // see checkMaxResult
  onToolError: [
    (value) => isFunction(value) || value === 'message' || value === 'throw',
    '"message", "throw" or a function',
  ],
  stepRetries: wholeNumber(0),
  earlyDispatch: oneOf(true, false),
  answerLimits: [isObject, '{ maxToolCalls, maxArgumentsBytes, … }'],
  wire: oneOf('stream', 'plain'),
  compact: [
    (value) => isFunction(value) || (Array.isArray(value) && value.every(isFunction)),
    'a strategy such as `keepLast(20)`, or an array of them',
  ],
  guardrails: [Array.isArray, 'an array of guardrails'],
  middleware: [Array.isArray, 'an array of middlewares'],
}

const outputChecks: Readonly<Record<string, OptionCheck>> = {
  schema: [isObject, 'a schema'],
  mode: oneOf('native', 'tool', 'prompt'),
  validate: [isFunction, 'a function'],
  retries: wholeNumber(0),
}

const runChecks: Readonly<Record<string, OptionCheck>> = {
  context: [() => true, ''],
  signal: [(value) => isObject(value) && isFunction(value['addEventListener']), 'an AbortSignal'],
  log: [isLog, 'a log: { load, append }'],
  from: [isLog, 'a log: { load, append }'],
  decisions: [(value) => isObject(value) && !Array.isArray(value), 'an object of decisions by request id'],
  approver: [isFunction, 'a function of a request'],
  approvals: oneOf('pause', 'wait'),
  runId: [textOr(), 'a text that is not empty'],
  clock: [
    (value) => isObject(value) && ['now', 'setTimeout', 'clearTimeout'].every((name) => isFunction(value[name])),
    'a clock: { now, setTimeout, clearTimeout }',
  ],
}

export function checkAgentOptions(options: unknown): void {
  if (!isObject(options)) throw new UsageError(`agent() takes an object of options, not ${showOption(options)}.`)
  const who = `Agent ${typeof options['name'] === 'string' ? `\`${options['name']}\`` : '(unnamed)'}`
  for (const option of ['name', 'model'])
    if (options[option] === undefined) throw new UsageError(`${who} needs a \`${option}\`: ${checks[option]![1]}.`)
  checkOptions(who, options, checks)
  checkModel(who, options['model'])
  if (!isFunction(options['params'])) checkParams(who, options['params'])
  if (isObject(options['limit'])) checkLimit(`${who}: \`limit\``, options['limit'])
  if (isObject(options['answerLimits'])) checkAnswerLimits(`${who}: answerLimits`, options['answerLimits'])
  if (options['maxResult'] !== undefined) checkMaxResult(who, options['maxResult'])
  if (options['guardrails'] !== undefined) checkGuardrails(who, options['guardrails'])
  if (options['middleware'] !== undefined) checkMiddleware(who, options['middleware'])
  if (isObject(options['budget'])) {
    checkBudget(who, options['budget'])
    checkPrice(who, options['budget'], options['model'] as string | ChatModel)
  }
  const output = options['output']
  if (isObject(output) && !('~standard' in output) && !('json_schema' in output)) {
    if (!('schema' in output))
      throw new UsageError(`${who}: \`output\` is ${showOption(output)}; it must be ${checks['output']![1]}.`)
    checkOptions(`${who}: output`, output, outputChecks)
  }
}

export function checkRunOptions(options: unknown): void {
  if (!isObject(options)) throw new UsageError(`The options of a run are an object, not ${showOption(options)}.`)
  checkOptions('The run', options, runChecks)
  if (options['from'] && options['log'])
    throw new UsageError('A resumed run writes to the log it is resumed from: pass `from` or `log`, not both.')
  if (options['from'] && options['runId'] !== undefined)
    throw new UsageError('A resumed run keeps its id: do not pass `runId` with `from`.')
  if (options['approver'] && options['approvals'] !== undefined)
    throw new UsageError(
      '`approver` decides on requests; with `approvals` the stream does. Pass one of them, not both.',
    )
}

const stepChanges: Readonly<Record<string, OptionCheck>> = {
  model: checks['model']!,
  instructions: [(value) => typeof value === 'string', 'a text'],
  messages: [Array.isArray, 'an array of messages'],
  addTools: checks['tools']!,
  tools: [Array.isArray, 'an array of names'],
  toolChoice: checks['toolChoice']!,
  params: [() => true, 'an object'], // see checkParams
}

/** Validates what `prepareStep` returned. */
export function checkStepChanges(agentName: string, changes: unknown): void {
  if (changes === undefined || changes === null) return
  if (!isObject(changes))
    throw new UsageError(
      `\`prepareStep\` of agent \`${agentName}\` returned ${showOption(changes)}; it must return an object of changes, or nothing.`,
    )
  const who = `What \`prepareStep\` of agent \`${agentName}\` returned`
  checkOptions(who, changes, stepChanges)
  if (changes['model'] !== undefined) checkModel(who, changes['model'])
  checkParams(who, changes['params'])
}

/** @throws UsageError for a choice that names a tool that is not offered */
export function checkChoice(who: string, choice: ToolChoice | undefined, offered: readonly string[]): void {
  if (typeof choice !== 'object' || choice.type === 'allowed_tools') return
  const name = choice.type === 'custom' ? choice.custom?.name : choice.function?.name
  if (offered.includes(name)) return
  throw new UsageError(
    `${who}: \`toolChoice\` names ${showOption(name)}, which is not offered. Offered tools: ${offered.join(', ') || 'none'}.`,
  )
}

function isTool(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    isObject(value['definition']) &&
    isFunction(value['parse']) &&
    isObject(value['policy'])
  )
}

function isChoice(value: unknown): boolean {
  if (!isObject(value)) return false
  const { type } = value
  return (type === 'function' || type === 'custom' || type === 'allowed_tools') && isObject(value[type])
}

function isLog(value: unknown): boolean {
  return isObject(value) && isFunction(value['load']) && isFunction(value['append'])
}
