// Links of the built site that lead nowhere.
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** One line for each link whose page or anchor does not exist, in `folder` and below. */
export function deadLinks(folder) {
  const pages = new Map(
    globSync('**/*.html', { cwd: folder }).map((path) => [path, readFileSync(`${folder}/${path}`, 'utf8')]),
  )
  const files = new Set(globSync('**/*.*', { cwd: folder }))
  const anchors = new Map([...pages].map(([path, html]) => [path, new Set(attributes(html, 'id'))]))
  return [...pages].flatMap(([page, html]) =>
    [...new Set(attributes(html, 'href'))].flatMap((link) => {
      if (/^(https?:|mailto:|data:)/.test(link)) return []
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : posix.join(path.startsWith('/') ? '' : posix.dirname(page), path)
      const place = placeOf(target.replace(/^\//, ''), files)
      if (place === undefined) return [`${page}: ${link} does not exist`]
      if (!anchor || anchors.get(place)?.has(decodeURIComponent(anchor))) return []
      return [`${page}: ${link}: the page has no such heading`]
    }),
  )
}

function placeOf(path, files) {
  return [path, `${path}.html`, posix.join(path, 'index.html')].find((name) => files.has(name))
}

function attributes(html, name) {
  return [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll('&amp;', '&'),
  )
}
