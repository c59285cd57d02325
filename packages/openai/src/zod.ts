// What the peer has under `helpers/zod`.
export { zodFunction, zodResponseFormat } from './answers/zod.ts'
export type { InferZodType, ZodFunctionOptions, ZodResponseFormatProps, ZodTypeLike } from './answers/zod.ts'
