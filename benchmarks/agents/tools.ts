// The tools of these workloads; each library gets one of them.
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'

export interface Tool {
  readonly name: string
  readonly description: string
  readonly parameters: z.ZodObject
  /** It changes nothing, so it may start while the model still talks. */
  readonly harmless?: boolean
  execute(args: never): string | Promise<string>
}

/** The arguments of call `n` to any of them, as the server writes them. */
export const argumentsOf = (n: number): string =>
  JSON.stringify({ query: `what happened in ${n}`, page: n + 1, sort: 'date', tags: ['news', 'history'] })

const result = 'It was a year like others, with one or two surprises. '.repeat(4)

export const lookup: Tool = {
  name: 'lookup',
  description: 'Looks something up',
  parameters: z.object({
    query: z.string(),
    page: z.number().int().min(1),
    sort: z.enum(['date', 'relevance']),
    tags: z.array(z.string()),
  }),
  execute: ({ query }: { query: string }) => `${query}: ${result}`,
}

/** Takes 20 ms. */
export const wait: Tool = {
  ...lookup,
  async execute({ query }: { query: string }) {
    await sleep(20)
    return query
  },
}

/** Milliseconds between the server's writing of a call and the start of its tool. */
export const startDelays: number[] = []

/** The same on every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now()

export const report: Tool = {
  name: 'lookup',
  description: 'Tells when it was called',
  parameters: z.object({ sentAt: z.number(), note: z.string() }),
  harmless: true,
  execute: ({ sentAt }: { sentAt: number }) => {
    startDelays.push(now() - sentAt)
    return 'started'
  },
}
