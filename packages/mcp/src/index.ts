// The tools of a server.
export type { McpServerInfo, McpToolsOptions } from './mcp-tools.ts'
export { McpTools, mcpTools } from './mcp-tools.ts'
export type { McpFinding } from './findings.ts'
export type { HttpServer, McpServerSpec, StdioServer } from './server.ts'
export { McpError, McpToolError } from './errors.ts'
// Tools and agents as a server.
export type { McpServing, ServeMcpOptions } from './serve.ts'
export { serveMcp } from './serve.ts'
