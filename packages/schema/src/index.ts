export type { Effects, Tool, ToolContext, ToolLimit, ToolPolicy } from './tool.ts'
