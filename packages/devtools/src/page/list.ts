// A list of which only the visible rows are in the document: it scrolls over any number of facts.
import { type ComponentChildren, h, type JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface ListProps<Row> {
  readonly rows: readonly Row[]
  readonly label: string
  /** The index of the chosen row; -1: none. */
  readonly chosen: number
  readonly choose: (index: number) => void
  readonly classOf?: (row: Row) => string
  readonly children: (row: Row) => ComponentChildren
}

const height = 24

export function List<Row>({ rows, label, chosen, choose, classOf, children }: ListProps<Row>): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [shown, setShown] = useState(60)
  useEffect(() => {
    const measure = (): void => setShown(Math.ceil((box.current?.clientHeight ?? 1200) / height) + 2)
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  useEffect(() => {
    const element = box.current
    if (!element || chosen < 0) return
    const at = chosen * height
    if (at < element.scrollTop) element.scrollTop = at
    else if (at + height > element.scrollTop + element.clientHeight)
      element.scrollTop = at + height - element.clientHeight
  }, [chosen])
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, shown - 4)
    const moves: Record<string, number> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      PageDown: chosen + page,
      PageUp: chosen - page,
      Home: 0,
      End: rows.length - 1,
    }
    const to = moves[event.key]
    if (to === undefined) return
    event.preventDefault()
    choose(Math.max(0, Math.min(rows.length - 1, to)))
  }
  const first = Math.max(0, Math.floor(top / height) - 2)
  const visible = rows.slice(first, first + shown + 4)
  const items = visible.map((row, offset) => {
    const index = first + offset
    return h(
      'div',
      {
        key: index,
        id: `row-${index}`,
        role: 'option',
        'aria-selected': index === chosen,
        'aria-posinset': index + 1,
        'aria-setsize': rows.length,
        class: `row ${index === chosen ? 'chosen' : ''} ${classOf?.(row) ?? ''}`,
        style: { top: `${index * height}px` },
        onClick: () => choose(index),
      },
      children(row),
    )
  })
  return h(
    'div',
    {
      ref: box,
      class: 'list',
      role: 'listbox',
      'aria-label': label,
      tabIndex: 0,
      ...(chosen >= 0 && { 'aria-activedescendant': `row-${chosen}` }),
      onScroll: (event: Event) => setTop((event.currentTarget as HTMLElement).scrollTop),
      onKeyDown,
    },
    h('div', { class: 'all', style: { height: `${rows.length * height}px` } }, items),
  )
}
