// The site's pages: the manual, README, CONTRIBUTING, CHANGELOG, the examples' READMEs and the sources that they link to.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { contents } from './contents.mjs'

const root = resolve(import.meta.dirname, '../..')
export const staged = join(import.meta.dirname, 'build/pages')

/** Puts all pages into the folder `staged`; returns the problems it met. */
export function stage() {
  rmSync(staged, { recursive: true, force: true })
  const problems = unlisted()
  const pages = [...pagesIn('docs'), 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...examples()]
  const quoted = new Set()
  const images = new Set()
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    const linked = text.replace(/(\]\()([^)\s]+)(\))/g, (whole, open, link, close) => {
      if (/^(https?:|mailto:|#)/.test(link)) return whole
      const [path = '', anchor] = link.split('#')
      const target = posix.join(posix.dirname(page), path).replace(/\/$/, '')
      const place = placeOf(target, quoted, images)
      if (place === undefined) {
        problems.push(`${page} links to ${link}, which does not exist`)
        return whole
      }
      const to = relative(dirname(placeOf(page)), place)
      return `${open}${to.startsWith('.') ? to : `./${to}`}${anchor ? `#${anchor}` : ''}${close}`
    })
    write(placeOf(page), linked)
  }
  for (const source of quoted) {
    const fence = `\`\`\`\`${source.split('.').at(-1)}\n${readFileSync(join(root, source), 'utf8')}\`\`\`\`\n`
    write(
      placeOf(source),
      `---\nsearch: false\noutline: false\n---\n\n# ${posix.basename(source)}\n\n\`${source}\`\n\n${fence}`,
    )
  }
  for (const image of images) {
    const to = join(staged, placeOf(image))
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(join(root, image), to)
  }
  return problems
}

/** Every example with a README, as `examples/<name>/README.md`. */
export function examples() {
  return readdirSync(join(root, 'examples'))
    .map((name) => `examples/${name}/README.md`)
    .filter((page) => existsSync(join(root, page)))
}

export function titleOf(page) {
  return /^# (.+)$/m.exec(readFileSync(join(root, page), 'utf8'))?.[1] ?? page
}

/** Where a file of the repository stands on the site; pictures are collected in `images`, other files that are no pages in `quoted`. */
function placeOf(path, quoted = new Set(), images = new Set()) {
  const [, example] = /^examples\/([^/]+)(?:\/README\.md)?$/.exec(path) ?? []
  if (example) return existsSync(join(root, 'examples', example, 'README.md')) ? `examples/${example}.md` : undefined
  if (!existsSync(join(root, path))) return undefined
  if (path === 'README.md') return 'index.md'
  if (path === 'CONTRIBUTING.md' || path === 'CHANGELOG.md') return path.toLowerCase()
  const [, page] = /^docs\/([^/]+\.md)$/.exec(path) ?? []
  if (page) return page
  if (!statSync(join(root, path)).isFile()) return undefined
  if (/\.(png|svg)$/.test(path)) {
    images.add(path)
    return `images/${posix.basename(path)}`
  }
  quoted.add(path)
  return `source/${path}.md`
}

function pagesIn(folder) {
  return readdirSync(join(root, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []))
}

/** Pages without a place in the table of contents, and places without a page. */
function unlisted() {
  const listed = contents.flatMap(({ pages }) => pages.map((page) => `docs/${page}.md`))
  const written = pagesIn('docs')
  return [
    ...written
      .filter((page) => !listed.includes(page))
      .map((page) => `${page} has no place in docs/toolchain/contents.mjs`),
    ...listed
      .filter((page) => !written.includes(page))
      .map((page) => `docs/toolchain/contents.mjs names ${page}, which does not exist`),
  ]
}

function write(place, text) {
  mkdirSync(dirname(join(staged, place)), { recursive: true })
  writeFileSync(join(staged, place), text)
}
