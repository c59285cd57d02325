// The site's looks and its side bar, from the table of contents and the pages that were staged.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { contents } from '../contents.mjs'
import { examples, staged, titleOf } from '../stage.mjs'

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5" fill="none" stroke="#3451b2" stroke-width="3"/></svg>'

export default defineConfig({
  title: 'Toolloop',
  description: 'Agents that call tools, on the OpenAI Chat Completions wire.',
  lang: 'en',
  srcDir: staged,
  outDir: '../site',
  cacheDir: 'build/cache',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  metaChunk: true,
  lastUpdated: false,
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  markdown: { anchor: { slugify } },
  themeConfig: {
    search: { provider: 'local', options: { _render: plain } },
    outline: [2, 3],
    sidebar: [
      ...contents.map(({ text, pages }) => ({
        text,
        items: pages.map((page) => ({ text: titleOf(`docs/${page}.md`), link: `/${page}` })),
      })),
      {
        text: 'Examples',
        collapsed: true,
        items: examples().map((page) => ({ text: titleOf(page), link: `/examples/${page.split('/')[1]}` })),
      },
      { text: 'API', collapsed: true, items: api() },
      {
        text: 'Project',
        collapsed: true,
        items: [
          { text: 'Contributing', link: '/contributing' },
          { text: 'Changes', link: '/changelog' },
        ],
      },
    ],
  },
})

/** A page for the search index: code is indexed without colours, which would take most of the time. */
function plain(text, env, md) {
  const html = md.render(text.replaceAll(/^(`{3,})\w.*$/gm, '$1'), env)
  return env.frontmatter?.search === false ? '' : html
}

/** One entry for each package; its page lists what it exports. */
function api() {
  const folder = join(staged, 'api')
  return indexesIn(folder, '').map((name) => ({ text: name, link: `/api/${name}/` }))
}

function indexesIn(folder, name) {
  if (name !== '' && existsSync(join(folder, name, 'index.md'))) return [name]
  return readdirSync(join(folder, name), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? indexesIn(folder, name === '' ? entry.name : `${name}/${entry.name}`) : [],
  )
}

/** A heading's anchor as code hosts make it, so that a link works there and here. */
function slugify(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
