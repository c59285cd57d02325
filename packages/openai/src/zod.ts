// The peer's `helpers/zod`.
export { zodFunction, zodResponseFormat } from './answers/zod.ts'
export type { InferZodType, ZodFunctionOptions, ZodResponseFormatProps, ZodTypeLike } from './answers/zod.ts'
