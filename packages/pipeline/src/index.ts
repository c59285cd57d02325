// Composition.
export { branch, fallback, gate, race } from './combinators/choice.ts'
export { type ItemsOf, map, type MapOptions, reduce, type Reduced } from './combinators/map.ts'
export { type InputOfAll, parallel, type ParallelOptions } from './combinators/parallel.ts'
export { type Fits, pipe } from './combinators/pipe.ts'
export {
  type Looped,
  type LoopOptions,
  loopUntil,
  retry,
  type RetryOptions,
  type Verdict,
} from './combinators/repetition.ts'
export { stage, type StageOptions, tap } from './combinators/stage.ts'
// Stages and pipelines.
export type {
  AnyPipeline,
  Pipeline,
  PipelineArguments,
  PipelineBudget,
  PipelineOptions,
} from './definition/pipeline.ts'
export type {
  AnyStage,
  ContextOfAll,
  ContextOfStage,
  DoesNotFit,
  InputOf,
  OutputOf,
  Stage,
  StageContext,
  StageFunction,
} from './definition/stage.ts'
export type { OnFailure, StageLimit } from './definition/node.ts'
// Results.
export { type PipelineReport, type PipelineResult, StageError, type StageResult } from './definition/result.ts'
