// Agents.
export { type Agent, agent, type AnyAgent, type ContextOf, type ContextOfGuardrails } from './agent.ts'
export type { AgentTool, AgentToolInput, AgentToolOptions } from './compose/agent-tool.ts'
export type {
  AgentOptions,
  AgentParams,
  AnyTool,
  NamesOf,
  OnToolError,
  PrepareStep,
  RunLimit,
  StepChanges,
} from './agent/spec.ts'
export { handoff } from './agent/handoff.ts'
export type { AnyHandoff, Handoff, HandoffOptions, HandoffTarget } from './agent/handoff-option.ts'
export type { HeldBy, HeldByAny, Reached, Settled, ToolsOfAny, TransfersTo } from './agent/reached.ts'
export {
  type AnyGuardrail,
  type Guardrail,
  guardrail,
  type GuardrailContext,
  type GuardrailOptions,
  type GuardrailSubjects,
  type GuardrailVerdicts,
  type Trip,
} from './agent/guardrail.ts'
export { GuardrailError } from './guard/error.ts'
export type { GuardrailState } from './facts/guardrails.ts'
export { type MaxResult, memoryResults, type ResultStore } from './agent/max-result.ts'
export { and, calls, not, or, steps, type StopCondition } from './agent/stop.ts'
export type { OutputMode, OutputOption, OutputSchema, OutputSettings } from './agent/output.ts'
// Many tools.
export { toolSearch, type ToolSearchOptions } from './search/tool-search.ts'
export type { Rank } from './search/ranking.ts'
// Runs.
export { image, type Input, user } from './agent/input.ts'
export type { RunArguments, RunOptions } from './run/options.ts'
export type { RunStream } from './run/stream.ts'
export { type MemoryLog, memoryLog, type RunLog } from './facts/log.ts'
// Control.
export type { BudgetOptions } from './agent/budget.ts'
export type { Delivery } from './control/mailbox.ts'

// Approvals.
export type { Approver } from './approval/desk.ts'
export { ApprovalError, type ApprovalProblem } from './approval/error.ts'
// Compaction.
export {
  clearToolResults,
  type ClearToolResultsOptions,
  keepLast,
  type KeepLastOptions,
  tokenBudget,
  type TokenBudgetOptions,
} from './compaction/keep.ts'
export { summarise, type SummariseOptions } from './compaction/summarise.ts'
export type { Compaction, CompactionInput, CompactionRequest } from './compaction/strategy.ts'
export type { CompactionCall, MessageEdit } from './facts/compaction.ts'
// Results.
export { outputOf, type Result, type RunEnding, RunError, type RunReport } from './run/result.ts'
export type { ChildRun } from './facts/branches.ts'
export type { PrefixReport, PrefixState } from './facts/prefix.ts'
export type { BreakPlace, PrefixBreak, PrefixMark } from './facts/prefix-mark.ts'
export type { RunUsage } from './facts/usage.ts'
export type { Ending, Exhausted, Failure, GuardrailPoint, Outcome } from './facts/outcome.ts'
export type { PartBudget, PartMark } from './facts/part.ts'
// Events.
export {
  type ApprovalRequest,
  type Decision,
  type Fact,
  type FactOf,
  type Facts,
  type FailureReason,
  isFact,
  type Recorded,
  type ResultCut,
  type RunEvent,
  isToolDone,
  isToolStart,
  type ToolDone,
  type ToolStart,
} from './facts/events.ts'
export type { OutputDelta, OutputDone, Progress, RunMark, StepMark, StepProgress } from './facts/progress.ts'
export type {
  DynamicToolDone,
  DynamicToolStarted,
  EventOf,
  ToolFailed,
  ToolStarted,
  ToolSucceeded,
} from './agent/typed-events.ts'
export { ToolTimeout } from './tool/execute.ts'
// Reading a log.
export { describe, readRun, type RunReading } from './reading/reading.ts'
export { logger, type LoggerOptions, type LogOutput } from './reading/logger.ts'
export type { Moment } from './reading/timeline.ts'
// Middleware.
export type {
  AnyMiddleware,
  Middleware,
  ModelAnswer,
  ModelCall,
  ModelMiddleware,
  NextModel,
  NextTool,
  ToolExecution,
  ToolMiddleware,
} from './models/middleware.ts'
export { cache, type CacheOptions, type CacheStore, memoryCache } from './middleware/cache.ts'
export { limitTools } from './middleware/limit-tools.ts'
export { log, type LogEntry, type LogOptions } from './middleware/log.ts'
export { redact, type Redactions } from './middleware/redact.ts'
export { retry, type RetryOptions } from './middleware/retry.ts'
export { MiddlewareError } from './models/middleware-error.ts'
export { withMiddleware } from './models/with-middleware.ts'
// Models made of models.
export { type FailedModel, fallback, type FallbackOptions } from './models/fallback.ts'
export { FallbackError } from './models/fallback-error.ts'
// Replay and fork.
export type { RequestPart } from './replay/marks.ts'
export { replay, type Replayed, type ReplayedRequest, type ReplayOptions } from './replay/replay.ts'
export { ReplayError } from './replay/error.ts'
export { difference, type Difference } from './facts/difference.ts'
export { fork, type ForkOptions } from './replay/fork.ts'
// State.
export { apply, type Handover, initialState, type RunState, shownOf } from './facts/state.ts'
export { messagesOf } from './facts/state-views.ts'
export type { CallState, OpenStep, Step } from './facts/open-step.ts'
export type { CallPhase } from './facts/transcript.ts'
