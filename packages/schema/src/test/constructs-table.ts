import { constructs, type Construct } from './constructs.ts'

/** The manual's table of constructs, from the data that is tested. */
export function constructsTable(): string {
  const groups = Map.groupBy(constructs, ({ group }) => group)
  return [...groups]
    .map(([group, members]) => [`### ${group}`, '', ...header, ...members.map(row)].join('\n'))
    .join('\n\n')
}

const header = ['| construct | written as | strict definition | way back |', '| --- | --- | --- | --- |']

function row(construct: Construct): string {
  const { name, definition, definitions, error, warning } = construct
  const shown = definition
    ? `${json(definition)}${definitions ? ` with \`$defs\` ${json(definitions)}` : ''}`
    : `error \`${error}\``
  const findings = warning ? `${shown}, warning \`${warning}\`` : shown
  return `| ${[name, `${code(construct)}${optionsOf(construct)}`, findings, wayBack(construct)].join(' | ')} |`
}

function code({ zod, code: others = {}, definition }: Construct): string {
  const { json: plain, zod4, ...rest } = others
  const text = zod ?? zod4 ?? plain ?? Object.values(rest)[0] ?? ''
  return definition
    ? inCode(text)
    : [...new Set([zod ?? zod4, plain].filter((one) => one !== undefined))].map(inCode).join(', ') || inCode(text)
}

function optionsOf({ options }: Construct): string {
  return options
    ? ` under ${inCode(
        JSON.stringify(options)
          .replaceAll(/"(\w+)":/g, ' $1: ')
          .replaceAll('"', "'")
          .replaceAll('}', ' }'),
      )}`
    : ''
}

function wayBack({ back = [] }: Construct): string {
  const changed = back.filter(([wire, value]) => show(wire) !== show(value))
  return changed.map(([wire, value]) => `${inCode(show(wire))} → ${inCode(show(value))}`).join(', ') || '–'
}

function json(value: unknown): string {
  return inCode(JSON.stringify(value))
}

/** A value as source code. */
function show(value: unknown): string {
  if (value === undefined) return 'absent'
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return `Date(${value.toISOString().slice(0, 10)})`
  if (value instanceof Set) return `Set(${show([...value])})`
  if (value instanceof Map) return `Map(${show([...value])})`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${show(item)}`)
      .join(', ')} }`
  return JSON.stringify(value)
}

/** As code in a cell of a table. */
function inCode(text: string): string {
  const escaped = text.replaceAll('|', String.raw`\|`)
  return escaped.includes('`') ? `\`\` ${escaped} \`\`` : `\`${escaped}\``
}
