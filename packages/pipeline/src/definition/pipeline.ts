import type { PipelineResult } from './result.ts'

export interface Pipeline<In, Out, Context = unknown> {
  readonly name: string
  run(input: In | undefined, ...options: PipelineArguments<Context>): Promise<PipelineResult<Out>>
  named(name: string): Pipeline<In, Out, Context>
}
type PipelineArguments<Context> = unknown extends Context ? [options?: {context?: Context}] : [options: {context: Context}]
// oxlint-disable-next-line typescript/no-explicit-any -- input and context are contravariant: only `any` admits every pipeline
export type AnyPipeline = Pipeline<any, unknown, any>
