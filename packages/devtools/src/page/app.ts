// The page: one log, its views, and the fact that is chosen.
import type { Moment } from '@toolloop/core'
import { h, type JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { chromeTrace } from '../log/spans.ts'
import { messageOf } from '../log/text.ts'
import { Detail } from './detail.ts'
import { follow, type Link } from './follow.ts'
import { List } from './list.ts'
import { type GivenLog, matching, openLog, type OpenLog } from './model.ts'
import { Compare, Lanes, Steps, Tree } from './views.ts'

interface AppProps {
  readonly given: readonly GivenLog[]
  /** Where more of the only log comes from. */
  readonly live: string | undefined
}

const views = ['Facts', 'Lanes', 'Tree', 'Steps', 'Compare'] as const

export function App({ given, live }: AppProps): JSX.Element {
  const [texts, setTexts] = useState(given)
  const [at, setAt] = useState(0)
  const [otherAt, setOtherAt] = useState(given.length > 1 ? 1 : -1)
  const log = useLog(texts[at])
  const other = useLog(texts[otherAt])
  const [view, setView] = useState<(typeof views)[number]>('Facts')
  const [seq, setSeq] = useState(-1)
  const [query, setQuery] = useState('')
  const [path, setPath] = useState('')
  const [link, setLink] = useState<Link>('connecting')
  const search = useRef<HTMLInputElement>(null)

  const add = async (files: Iterable<File>): Promise<void> => {
    const more = await Promise.all(
      Array.from(files, async (file) => ({ name: file.name, path: file.name, text: await file.text() })),
    )
    if (more.length === 0) return
    setTexts((known) => [...known, ...more])
    if (texts.length === 0) setOtherAt(more.length > 1 ? 1 : -1)
    else setOtherAt(texts.length)
  }
  useEffect(
    () =>
      live === undefined
        ? undefined
        : follow(live, {
            add: (text) => setTexts(([only]) => [{ ...only!, text: only!.text + text }]),
            clear: () => setTexts(([only]) => [{ ...only!, text: '' }]),
            link: setLink,
          }),
    [live],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      search.current?.focus()
    }
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      if (event.type === 'drop') void add(event.dataTransfer?.files ?? [])
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('dragover', drop)
    document.addEventListener('drop', drop)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('dragover', drop)
      document.removeEventListener('drop', drop)
    }
  })

  const opened = log && 'facts' in log ? log : undefined
  const moments = useMemo(() => (opened ? matching(opened, query, path) : []), [opened, query, path])
  const kept = useMemo(() => new Set(moments.map((moment) => moment.seq)), [moments])
  const file = h(
    'label',
    { class: 'button' },
    'Open a log',
    h('input', {
      type: 'file',
      accept: '.jsonl',
      multiple: true,
      onChange: (event: Event) => void add((event.currentTarget as HTMLInputElement).files ?? []),
    }),
  )
  if (!opened)
    return h(
      'div',
      { class: 'empty' },
      h('h1', null, 'Toolloop viewer'),
      log && h('p', { role: 'alert' }, `${texts[at]?.name}: ${(log as Failed).problem}`),
      h('p', null, live ? `Waits for the first fact. ${link}` : 'Drop a run.jsonl here.'),
      file,
    )

  const choosing = { log: opened, seq, choose: setSeq }
  const second = other && 'facts' in other ? other : undefined
  return h(
    'div',
    { class: 'page' },
    h(
      'header',
      null,
      figures(opened),
      live !== undefined && h('p', { class: `link ${link}`, role: 'status' }, link),
      opened.damage !== undefined && h('p', { role: 'alert', class: 'damage' }, opened.damage),
    ),
    h(
      'nav',
      { 'aria-label': 'Views' },
      texts.length > 1 && picker('Log', texts, at, setAt),
      views.map((name) =>
        h('button', { type: 'button', 'aria-pressed': name === view, onClick: () => setView(name) }, name),
      ),
      h('input', {
        ref: search,
        type: 'search',
        placeholder: 'Search ( / )',
        'aria-label': 'Search in facts',
        value: query,
        onInput: (event: Event) => setQuery((event.currentTarget as HTMLInputElement).value),
      }),
      h('span', { role: 'status' }, query === '' ? '' : `${moments.length} facts`),
      path !== '' &&
        h(
          'button',
          { type: 'button', class: 'only', title: 'Show the whole tree', onClick: () => setPath('') },
          `only ${path} ×`,
        ),
      h(
        'button',
        { type: 'button', onClick: () => save(`${opened.name}.trace.json`, chromeTrace(opened.facts)) },
        'Chrome trace',
      ),
      file,
    ),
    h(
      'div',
      { class: 'body' },
      view === 'Facts' &&
        h(List<Moment>, {
          rows: moments,
          label: 'Facts',
          chosen: moments.findIndex((moment) => moment.seq === seq),
          choose: (index) => setSeq(moments[index]!.seq),
          classOf: ({ type }) => type.replaceAll('.', '-'),
          children: (moment) => [
            h('span', { class: 'time' }, `${(moment.after / 1000).toFixed(3)} s`),
            moment.path === '' ? null : h('span', { class: 'path' }, moment.path),
            h('span', { class: 'text' }, moment.text),
          ],
        }),
      view === 'Lanes' && h(Lanes, { ...choosing, spans: opened.spans.filter((span) => kept.has(span.seq)) }),
      view === 'Tree' && h(Tree, { log: opened, path, narrow: setPath }),
      view === 'Steps' && h(Steps, { ...choosing, path }),
      view === 'Compare' &&
        h(
          'div',
          { class: 'table' },
          texts.length > 1 && picker('Compare with', texts, otherAt, setOtherAt),
          second
            ? h(Compare, { log: opened, other: second })
            : h('p', { class: 'hint' }, 'Drop a second log to compare with.'),
        ),
      view !== 'Compare' && h('aside', null, h(Detail, { log: opened, fact: opened.facts[seq] })),
    ),
  )
}

interface Failed {
  readonly problem: string
}

/** Reads a log whenever its text changes. */
function useLog(text: GivenLog | undefined): OpenLog | Failed | undefined {
  const [log, setLog] = useState<OpenLog | Failed>()
  useEffect(() => {
    let current = true
    if (!text || text.text === '') return setLog(undefined)
    openLog(text).then(
      (opened) => current && setLog(opened),
      (error: unknown) => current && setLog({ problem: messageOf(error) }),
    )
    return () => void (current = false)
  }, [text])
  return log
}

function figures({ reading, facts, name }: OpenLog): JSX.Element[] {
  const { reported, unreported } = reading.usage
  const tokens = reported ? `${reported.prompt_tokens} + ${reported.completion_tokens} tokens` : 'tokens unknown'
  const cached = reported?.prompt_tokens_details?.cached_tokens
  const items = [
    reading.status,
    `${facts.length} facts`,
    `${reading.steps.length} steps`,
    `${(reading.timing.ms / 1000).toFixed(3)} s`,
    unreported > 0 ? `${tokens} (${unreported} steps reported none)` : tokens,
    ...(cached === undefined ? [] : [`${cached} cached`]),
    reading.cost === undefined ? 'cost unknown' : `$${reading.cost}`,
    `${reading.prefix.breaks.length} prefix breaks`,
  ]
  return [
    h('h1', null, `run ${reading.runId} of ${reading.agent}: ${reading.status}`),
    h('p', { class: 'figures' }, `${name} · ${items.slice(1).join(' · ')}`),
  ]
}

const picker = (label: string, texts: readonly GivenLog[], at: number, choose: (at: number) => void): JSX.Element =>
  h(
    'select',
    {
      'aria-label': label,
      value: at,
      onChange: (event: Event) => choose(Number((event.currentTarget as HTMLSelectElement).value)),
    },
    at < 0 && h('option', { value: -1 }, label),
    texts.map(({ name }, index) => h('option', { value: index }, name)),
  )

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
