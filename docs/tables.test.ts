// The tables of the manual against the code: each outcome, event, error class and code has a row, and no row is of none.
import { globSync, readFileSync } from 'node:fs'
import type { SharedLimitErrorCode } from '@toolloop/limits'
import type { ErrorCode, Result, ToolDone } from 'toolloop'
import type { PipelineResult } from 'toolloop/pipeline'
import type { LogErrorCode, SessionErrorCode } from 'toolloop/store'
import type { PostErrorCode } from 'toolloop/ui'
import { describe, expect, it } from 'vitest'
import { eventTypes } from '../packages/core/src/facts/event-types.ts'

const root = new URL('..', import.meta.url)
const page = (name: string): string => readFileSync(new URL(`docs/${name}.md`, root), 'utf8')

/** The rows of the tables whose first heading is one of these: their cells. */
function rowsOf(name: string, ...headings: readonly string[]): string[][] {
  const rows: string[][] = []
  let isWanted = false
  for (const line of page(name).split('\n')) {
    if (!line.startsWith('|')) {
      isWanted = false
      continue
    }
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (headings.includes(cells[0]!)) isWanted = true
    else if (isWanted && !/^-+$/.test(cells[0]!)) rows.push(cells)
  }
  return rows
}

/** The names in back quotes; `.done` behind `a.delta` stands for `a.done`. */
function namesIn(cell: string): string[] {
  let last = ''
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => {
    if (name.startsWith('.')) return last.replace(/\.[^.]*$/, name)
    last = name
    return name
  })
}

const isText = (line: string): boolean => !line.includes('```')
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted()

describe('outcomes', () => {
  const statuses = {
    done: true,
    stopped: true,
    limit: true,
    budget: true,
    tripped: true,
    refused: true,
    truncated: true,
    filtered: true,
    approval: true,
    aborted: true,
    error: true,
  } satisfies Record<Result['status'] | PipelineResult<unknown>['status'], true>
  it('are all in the table', () => {
    const rows = rowsOf('outcomes', '`status`')
    expect(sorted(rows.flatMap(([first = '']) => namesIn(first)))).toEqual(sorted(Object.keys(statuses)))
  })

  const ofPipeline = { done: true, approval: true, budget: true, aborted: true, error: true } satisfies Record<
    PipelineResult<unknown>['status'],
    true
  >
  it('of a pipeline are all named on its page', () => {
    const union = /union on `status`: `([^`]+)`/.exec(page('pipelines'))?.[1] ?? ''
    expect(sorted(union.split(' | ').map((one) => /^\w+/.exec(one)![0]))).toEqual(sorted(Object.keys(ofPipeline)))
  })
})

describe('events', () => {
  it('are all in the tables, or on the page that a row names for them', () => {
    const rows = rowsOf('events', 'fact', 'progress')
    const found = new Set<string>()
    for (const [first = '', ...others] of rows)
      for (const name of namesIn(first)) {
        if (!name.endsWith('*')) {
          found.add(name)
          continue
        }
        const other = /\]\((\w+)\.md/.exec(others.join(' '))?.[1]
        const named = new Set(page(other!).split('\n').filter(isText).flatMap(namesIn))
        for (const type of eventTypes) if (type.startsWith(name.slice(0, -1)) && named.has(type)) found.add(type)
      }
    expect(sorted(found)).toEqual(sorted(eventTypes))
  })

  const reasons = {
    unknown_tool: true,
    arguments: true,
    truncated: true,
    failed: true,
    timeout: true,
    retry: true,
    interrupted: true,
    declined: true,
    budget: true,
    guardrail: true,
    answered: true,
    superseded: true,
  } satisfies Record<NonNullable<ToolDone['reason']>, true>
  it('say why a call has no result: each reason is in the table', () => {
    expect(sorted(rowsOf('events', '`reason`').flatMap(([first = '']) => namesIn(first)))).toEqual(
      sorted(Object.keys(reasons)),
    )
  })
})

describe('errors', () => {
  /** The classes that packages define, with the code that their constructor states. The peer's own names are its own. */
  const classes = new Map<string, string | undefined>()
  for (const file of globSync(
    'packages/{client,core,dbos,engine,limits,mcp,pipeline,restate,schema,store,stream,transport,ui,wire}/src/**/*.ts',
    { cwd: root.pathname },
  )) {
    if (/\.test(-d)?\.ts$/.test(file)) continue
    const [, ...parts] = readFileSync(new URL(file, root), 'utf8').split(/^export class /m)
    for (const part of parts) {
      const [, name = '', above = ''] = /^(\w+)(?: extends (\w+))?/.exec(part) ?? []
      if (!above.endsWith('Error')) continue
      const code = /super\(\s*'([a-z_]+)'/.exec(part)?.[1]
      classes.set(name, code)
    }
  }
  const rows = rowsOf('errors', 'class')

  it('all have a row, and no row is of none', () => {
    expect(classes.size).toBeGreaterThan(30)
    const named = rows.flatMap(([first = '']) => namesIn(first))
    expect(sorted([...named, 'ToolloopError'])).toEqual(sorted([...classes.keys(), 'ToolloopError']))
  })

  it('have the code of their row', () => {
    const wrong = rows.flatMap(([first = '', second = '']) =>
      namesIn(first).filter((name) => {
        const code = classes.get(name)
        return code !== undefined && second !== 'as above' && !namesIn(second).includes(code)
      }),
    )
    expect(wrong).toEqual([])
  })

  const codes = {
    api: true,
    connection: true,
    timeout: true,
    user_abort: true,
    length: true,
    content_filter: true,
    engine: true,
    fallback: true,
    guardrail: true,
    middleware: true,
    stream: true,
    json: true,
    limit: true,
    schema: true,
    tool_input: true,
    output: true,
    replay: true,
    approval: true,
    run: true,
    usage: true,
    limit_store: true,
    limit_nested: true,
    limit_wait: true,
    log_owned: true,
    log_conflict: true,
    log_damaged: true,
    log_storage: true,
    session_busy: true,
    session_pending: true,
    session_idle: true,
    session_exists: true,
    session_damaged: true,
    post_malformed: true,
    post_origin: true,
    post_elsewhere: true,
    post_forbidden: true,
    post_unknown: true,
    post_history: true,
    post_nothing: true,
    post_stopped: true,
    post_too_large: true,
    post_type: true,
    post_unsupported: true,
  } satisfies Record<ErrorCode | LogErrorCode | SessionErrorCode | SharedLimitErrorCode | PostErrorCode, true>
  it('have all codes of the types', () => {
    expect(sorted(rows.flatMap(([, second = '']) => namesIn(second)))).toEqual(sorted(Object.keys(codes)))
  })
})
