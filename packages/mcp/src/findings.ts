/** What was done about a tool of a server that could not be offered as it is. */
export interface McpFinding {
  /** The tool's name on the server. */
  readonly tool: string
  /** Where in the tool, e.g. `inputSchema.properties.tags`; `''` for the tool itself. */
  readonly path: string
  /** What is wrong with it. */
  readonly problem: string
  /**
   * `renamed`: offered under another name. `shortened`: a text was cut. `repaired`: the schema means the same. `loosened`:
   * the definition accepts more; the server still checks the arguments. `changed`: the tool is not what it was when it
   * was listed first, so its calls need approval. `left out`: not offered.
   */
  readonly action: 'renamed' | 'shortened' | 'repaired' | 'loosened' | 'changed' | 'left out'
}

/** Reports one finding of a tool. */
export type Report = (path: string, problem: string, action: McpFinding['action']) => void
