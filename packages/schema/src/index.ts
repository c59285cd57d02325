// Making tools.
export type { Effects, Hook, Interrupted, Tool, ToolContext, ToolLimit, ToolOptions, ToolPolicy } from './tool.ts'
export type { NoArguments } from './function-tool.ts'
export { tool } from './function-tool.ts'
export type { CustomToolOptions } from './custom-tool.ts'
export { customTool } from './custom-tool.ts'
// Between tools and the wire.
export { functionDefinition, parseArguments, toolDefinitions } from './function-definition.ts'
export type { ResponseFormatOf, ResponseFormatOptions } from './response-format.ts'
export { responseFormat } from './response-format.ts'
// Schemas: conversion and diagnosis.
export type { JsonSchema, StrictOptions } from './strict-options.ts'
export type { DiagnoseOptions } from './diagnosis.ts'
export { diagnose, strictJsonSchema } from './diagnosis.ts'
export type { Finding, Rule } from './findings.ts'
export type { InputOf, OutputOf, StandardSchema } from './standard-schema.ts'
// What a tool gives back.
export type { RenderedOutput, RenderOptions } from './render-output.ts'
export { renderOutput } from './render-output.ts'
export { describeError } from './describe-error.ts'
export type { ToolResult } from './tool-result.ts'
export { isToolResult, toolResult } from './tool-result.ts'
// What goes wrong.
export type { Issue } from './issues.ts'
export { OutputError, SchemaError, ToolInputError, ToolRetry } from './errors.ts'
