// What the peer has under `helpers/zod`.
export { zodFunction, zodResponseFormat } from '@toolloop/openai/helpers/zod'
export type {
  InferZodType,
  ZodFunctionOptions,
  ZodResponseFormatProps,
  ZodTypeLike,
} from '@toolloop/openai/helpers/zod'
