export { Client, defaultClient } from './client.ts'
export type { Completions } from './client.ts'
