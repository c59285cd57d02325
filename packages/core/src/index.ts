// Agents.
export { type Agent, agent, type AnyAgent, type ContextOf } from './agent.ts'
export type {
  AgentOptions,
  AgentParams,
  AnyTool,
  NamesOf,
  OnToolError,
  PrepareStep,
  RunLimit,
  StepChanges,
} from './spec.ts'
export { and, calls, not, or, steps, type StopCondition } from './stop.ts'
export type { OutputMode, OutputOption, OutputSettings } from './output.ts'
// Running them.
export { image, type Input, user } from './input.ts'
export type { RunArguments, RunOptions } from './run-options.ts'
export type { RunStream } from './run-stream.ts'
export { type MemoryLog, memoryLog, type RunLog } from './log.ts'
// What a run comes to.
export { outputOf, type Result, RunError, type RunReport, type RunUsage } from './result.ts'
export type { Ending, Failure, Outcome } from './outcome.ts'
// What happens in it.
export {
  type ApprovalRequest,
  type Decision,
  type Fact,
  type FactOf,
  type Facts,
  type FailureReason,
  isFact,
  type Recorded,
  type RunEvent,
  type ToolDone,
} from './events.ts'
export type { Progress, StepProgress } from './progress.ts'
export type { EventOf, ToolFailed, ToolStarted, ToolSucceeded } from './typed-events.ts'
export { ToolTimeout } from './execute.ts'
// The fold behind it.
export { apply, initialState, type RunState } from './state.ts'
export { messagesOf } from './state-views.ts'
export type { CallState, OpenStep, Step } from './open-step.ts'
