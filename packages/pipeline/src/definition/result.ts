export interface PipelineResult<Out> { readonly output: Out }
