// The lanes, the table of steps, and the comparison.
import type { Fact, FactOf } from '@toolloop/core'
import { isStageIn } from '@toolloop/core/machine'
import { h, type JSX } from 'preact'
import { firstDivergence } from '../log/divergence.ts'
import type { Span } from '../log/spans.ts'
import type { TreeNode } from '../log/tree.ts'
import { List } from './list.ts'
import type { OpenLog } from './model.ts'

interface Choosing {
  readonly log: OpenLog
  readonly seq: number
  readonly choose: (seq: number) => void
}

/** A bar for each model call, tool call and wait. A call that began while its model still sent is marked. */
export function Lanes({ log, seq, choose, spans }: Choosing & { readonly spans: readonly Span[] }): JSX.Element {
  const total = Math.max(1, log.reading.timing.ms)
  const levels = new Map(log.tree.map(({ path, depth }) => [path, depth]))
  const depths = ({ path, kind }: Span): number =>
    (levels.get(path) ?? 0) + (kind === 'model' ? 1 : isCall(kind) ? 2 : 0)
  return h(List<Span>, {
    rows: spans,
    label: 'Lanes',
    chosen: spans.findIndex((span) => span.seq === seq),
    choose: (index) => choose(spans[index]!.seq),
    children: (span) => {
      const left = (span.from / total) * 100
      const width = Math.max(0.3, ((span.to - span.from) / total) * 100)
      const words = `${span.kind === 'model' ? `step ${span.step} ` : span.kind === 'wait' ? 'waits ' : ''}${span.name}`
      return [
        h('span', { class: 'lane', title: span.path, style: { paddingLeft: `${depths(span) * 12}px` } }, words),
        h(
          'svg',
          { class: 'bar', preserveAspectRatio: 'none', viewBox: '0 0 100 10', 'aria-hidden': true },
          h('rect', {
            class: `${span.kind} ${span.state} ${span.early ? 'early' : ''}`,
            x: left,
            y: 1,
            width,
            height: 8,
          }),
        ),
        h(
          'span',
          { class: 'time' },
          `${span.early ? 'early, ' : ''}${span.to - span.from} ms${span.state === 'ok' ? '' : `, ${span.state}`}`,
        ),
      ]
    },
  })
}

const isCall = (kind: Span['kind']): boolean => kind === 'tool' || kind === 'wait'

/** The agents and stages as a tree. The chosen one is the part that the other views show. */
export function Tree({
  log,
  path,
  narrow,
}: {
  log: OpenLog
  path: string
  narrow: (path: string) => void
}): JSX.Element {
  return h(List<TreeNode>, {
    rows: log.tree,
    label: 'Tree',
    chosen: path === '' ? -1 : log.tree.findIndex((node) => node.path === path),
    choose: (index) => narrow(log.tree[index]!.path),
    children: (node) => [
      h(
        'span',
        { class: 'node', title: node.path, style: { paddingLeft: `${node.depth * 16}px` } },
        h('b', null, node.name),
        node.label === node.name || node.label === '' ? null : ` ${node.label}`,
      ),
      h('span', { class: 'kind' }, node.kind),
      h('span', { class: `status ${node.status}` }, node.status),
      h('span', { class: 'figure' }, node.kind === 'function' ? '' : `${node.steps} steps`),
      h('span', { class: 'figure' }, node.kind === 'function' ? '' : tokens(node.tokens)),
      h('span', { class: 'figure' }, node.cost ? `$${node.cost.toFixed(4)}` : ''),
      h('span', { class: 'time' }, `${node.to - node.from} ms`),
    ],
  })
}

const tokens = (count: number | undefined): string => (count === undefined ? 'tokens unknown' : `${count} tokens`)

/** Tokens, cost, cache and breaks of the prompt for each step of the tree. */
export function Steps({ log, choose, path }: Choosing & { readonly path: string }): JSX.Element {
  const starts = log.facts.filter(
    (fact): fact is FactOf<'step.start'> => fact.type === 'step.start' && isStageIn(fact.path ?? '', path),
  )
  const ends = new Map<string, Fact>()
  for (const fact of log.facts)
    if (fact.type === 'step.done' || fact.type === 'step.cut') ends.set(`${fact.path} ${fact.step}`, fact)
  const names = new Map(log.tree.map((node) => [node.path, node.name]))
  const rows = starts.slice(0, 2000).map((start) => {
    const end = ends.get(`${start.path} ${start.step}`)
    const done = end?.type === 'step.done' || end?.type === 'step.cut' ? end : undefined
    const { usage } = done ?? {}
    const cells = [
      start.path,
      start.agent ?? names.get(start.path) ?? '',
      start.step,
      done?.servedBy ?? start.model,
      usage?.prompt_tokens ?? 'unknown',
      usage?.prompt_tokens_details?.cached_tokens ?? '',
      usage?.completion_tokens ?? 'unknown',
      done?.cost === undefined ? 'unknown' : `$${done.cost}`,
      start.prefix?.breaks?.map(({ place, cause }) => `${place}: ${cause}`).join('; ') ?? '',
      done?.type === 'step.cut' ? `cut: ${done.reason}` : done ? (done.finish_reason ?? '') : 'open',
    ]
    return h(
      'tr',
      { onClick: () => choose(start.seq) },
      cells.map((cell) => h('td', null, String(cell))),
    )
  })
  const heads = [
    'path',
    'agent',
    'step',
    'model',
    'prompt tokens',
    'cached',
    'completion tokens',
    'cost',
    'prefix breaks',
    'end',
  ]
  return h(
    'div',
    { class: 'table' },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h('tbody', null, rows),
    ),
    starts.length > 2000 && h('p', { class: 'hint' }, `The first 2000 of ${starts.length} steps.`),
  )
}

/** Two logs side by side around their first divergence. */
export function Compare({ log, other }: { readonly log: OpenLog; readonly other: OpenLog }): JSX.Element {
  const found = firstDivergence(log.facts, other.facts)
  if (!found) return h('p', { class: 'hint' }, `The logs agree in ${log.facts.length} facts.`)
  const from = Math.max(0, found.at - 5)
  const column = (one: OpenLog): JSX.Element =>
    h(
      'section',
      { 'aria-label': one.name },
      h('h3', null, one.name),
      h(
        'ol',
        { start: from },
        one.reading.timeline
          .slice(from, found.at + 8)
          .map(({ seq, text }) => h('li', { class: seq === found.at ? 'differs' : '' }, text)),
      ),
      one.facts[found.at]
        ? h('pre', null, JSON.stringify(one.facts[found.at], null, 2))
        : h('p', null, 'The log has ended.'),
    )
  return h(
    'div',
    { class: 'compare' },
    h(
      'p',
      { class: 'hint', role: 'status' },
      `The logs agree up to fact ${found.at}${found.difference ? `, ${found.difference.path}` : ''}.`,
    ),
    h('div', { class: 'columns' }, column(log), column(other)),
  )
}
