// Agents.
export { type Agent, agent, type AnyAgent, type ContextOf } from './agent.ts'
export type { AgentOptions, AgentParams, AnyTool, OnToolError, PrepareStep, RunLimit, StepChanges } from './spec.ts'
export { and, calls, not, or, steps, type StopCondition } from './stop.ts'
export type { OutputMode, OutputOption, OutputSettings } from './output.ts'
// Running them.
export { image, type Input, user } from './input.ts'
export type { RunArguments, RunOptions } from './run-options.ts'
export type { RunStream } from './run-stream.ts'
export { type MemoryLog, memoryLog } from './log.ts'
export type { RunLog } from './loop.ts'
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
  type Progress,
  type Recorded,
  type RunEvent,
  type StepProgress,
  type ToolDone,
} from './events.ts'
export type { EventOf, ToolFailed, ToolStarted, ToolSucceeded } from './typed-events.ts'
export { ToolTimeout } from './execute.ts'
// The fold behind it.
export { apply, type CallState, initialState, messagesOf, type OpenStep, type RunState, type Step } from './state.ts'
