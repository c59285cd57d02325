// The names of the GenAI semantic conventions. They still move between versions: nothing else in this package names one.

/** The version of the GenAI semantic conventions that the names below follow. */
export const conventionsVersion = '0.1.0'

/** Attributes of spans. */
export const attribute = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  conversation: 'gen_ai.conversation.id',
  agentName: 'gen_ai.agent.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  /** The name of `cacheWriteTokens` before the version above. Both are set: backends know one or the other. */
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  toolName: 'gen_ai.tool.name',
  toolType: 'gen_ai.tool.type',
  toolCallId: 'gen_ai.tool.call.id',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const

/** Attributes with content: set only with the option `content`. */
export const content = {
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  toolArguments: 'gen_ai.tool.call.arguments',
  toolResult: 'gen_ai.tool.call.result',
} as const

/** Values of `attribute.operation`; a span is named by its operation and its subject. */
export const operation = {
  agent: 'invoke_agent',
  chat: 'chat',
  tool: 'execute_tool',
} as const

/** Metrics with their units. */
export const metric = {
  inferenceDuration: { name: 'gen_ai.client.inference.duration', unit: 's' },
  inferenceFirstChunk: { name: 'gen_ai.client.inference.time_to_first_chunk', unit: 's' },
  inferenceInputTokens: { name: 'gen_ai.client.inference.usage.input_tokens', unit: '{token}' },
  inferenceOutputTokens: { name: 'gen_ai.client.inference.usage.output_tokens', unit: '{token}' },
  agentDuration: { name: 'gen_ai.invoke_agent.duration', unit: 's' },
  agentInferenceCalls: { name: 'gen_ai.invoke_agent.inference_calls', unit: '{call}' },
  agentToolCalls: { name: 'gen_ai.invoke_agent.tool_calls', unit: '{call}' },
  toolDuration: { name: 'gen_ai.execute_tool.duration', unit: 's' },
} as const

/** Names of our own, for what the conventions do not name. */
export const own = {
  status: 'toolloop.status',
  path: 'toolloop.path',
  step: 'toolloop.step',
  cut: 'toolloop.cut',
  forkOf: 'toolloop.fork.run',
  forkBefore: 'toolloop.fork.before',
  prefixBreak: 'toolloop.prefix.break',
  retry: 'toolloop.retry',
  reset: 'toolloop.step.reset',
  guardrail: 'toolloop.guardrail',
  approvalRequest: 'toolloop.approval.request',
  approvalDecision: 'toolloop.approval.decision',
} as const
