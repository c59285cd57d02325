// Making tools.
export type {
  Effects,
  Hook,
  Interrupted,
  KeepRule,
  ResultBound,
  Tool,
  ToolContext,
  ToolLimit,
  ToolOptions,
  ToolPolicy,
} from './tool/tool.ts'
export type { NoArguments } from './tool/function.ts'
export { tool } from './tool/function.ts'
export type { CustomToolOptions } from './tool/custom.ts'
export { customTool } from './tool/custom.ts'
// Tools on the wire: definitions, arguments, response formats.
export { functionDefinition, parseArguments, toolDefinitions } from './tool/definitions.ts'
export type { ResponseFormatOf, ResponseFormatOptions } from './response-format.ts'
export { responseFormat } from './response-format.ts'
// Schemas: conversion and diagnosis.
export type { JsonSchema, StrictOptions } from './contract/strict-options.ts'
export type { DiagnoseOptions } from './diagnosis.ts'
export { diagnose, strictJsonSchema } from './diagnosis.ts'
export type { Finding, Rule } from './contract/findings.ts'
export type {
  InputOf,
  OutputOf,
  StandardIssue,
  StandardProps,
  StandardResult,
  StandardSchema,
} from './contract/standard-schema.ts'
// What a tool returns.
export type { RenderedOutput, RenderOptions } from './tool/render-output.ts'
export { renderOutput } from './tool/render-output.ts'
export { describeError } from './value/describe-error.ts'
export type { ToolResult } from './tool/result.ts'
export { isToolResult, toolResult } from './tool/result.ts'
// Errors.
export type { Issue } from './arguments/issues.ts'
export { InputRequired, OutputError, SchemaError, ToolInputError, ToolRetry } from './arguments/errors.ts'
