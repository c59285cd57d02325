// Tools and the answer's format, as a request carries them.

/** A tool the model may call, as the request carries it. */
export type ToolDefinition = FunctionDefinition | CustomDefinition

/** A function with JSON arguments. */
export interface FunctionDefinition {
  type: 'function'
  function: {
    /** `[a-zA-Z0-9_-]{1,64}`, unique in the request. */
    name: string
    /** What it does and when to call it: the model reads this. */
    description?: string
    /** A JSON Schema. Omitted: no parameters. */
    parameters?: Record<string, unknown>
    /** The arguments then always fit the schema, which must stay within the strict subset. @default false */
    strict?: boolean | null
  }
}

/** A tool with one free-text input, optionally constrained by a grammar. */
export interface CustomDefinition {
  type: 'custom'
  custom: {
    name: string
    description?: string
    /** @default { type: 'text' } */
    format?: { type: 'text' } | { type: 'grammar'; grammar: { definition: string; syntax: 'lark' | 'regex' } }
  }
}

/**
 * Which tools the model may or must call. `none`: no call; `auto`: the model decides; `required`: at least one;
 * a named tool: that one. @default 'none' without tools, else 'auto'
 */
export type ToolChoice<Name extends string = string> =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; function: { name: Name } }
  | { type: 'custom'; custom: { name: Name } }
  | AllowedTools

/** Narrows the choice to some of the request's tools without changing the (cached) list. */
export interface AllowedTools {
  type: 'allowed_tools'
  allowed_tools: { mode: 'auto' | 'required'; tools: Record<string, unknown>[] }
}

/** The form of the answer. */
export type ResponseFormat =
  | { type: 'text' }
  /** Any JSON object; the prompt must contain the word "JSON". */
  | { type: 'json_object' }
  | {
      type: 'json_schema'
      json_schema: {
        /** `[a-zA-Z0-9_-]{1,64}` */
        name: string
        description?: string
        schema?: Record<string, unknown>
        strict?: boolean | null
      }
    }
