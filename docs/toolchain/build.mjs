// The manual and the API of all packages, from their sources, as one site in docs/site. Warnings are errors.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Application, Converter, ReflectionKind } from 'typedoc'

/** The pages of the manual, in the order one reads them. */
const pages = [
  'quickstart',
  'agents',
  'tools',
  'schemas',
  'events',
  'outcomes',
  'logs',
  'streaming',
  'browser',
  'client',
  'chat-completions',
  'coming-from-openai',
  'timeouts-and-retries',
  'errors',
  'servers',
  'testing',
  'how-it-works',
  'performance',
]

const root = resolve(import.meta.dirname, '../..')
const packages = readdirSync(`${root}/packages`)
  .filter((name) => existsSync(`${root}/packages/${name}/package.json`))
  .toSorted((a, b) => Number(b === 'toolloop') - Number(a === 'toolloop'))
const written = readdirSync(`${root}/docs`).flatMap((file) => (file.endsWith('.md') ? [file.slice(0, -3)] : []))
const unlisted = written.filter((page) => !pages.includes(page))
if (unlisted.length > 0) {
  console.error(
    `docs/${unlisted[0]}.md has no place in the manual: add '${unlisted[0]}' to the pages in docs/toolchain/build.mjs`,
  )
  process.exit(1)
}

const app = await Application.bootstrap({
  name: 'Toolloop',
  entryPoints: packages.map((name) => `${root}/packages/${name}/src/index.ts`),
  tsconfig: `${import.meta.dirname}/tsconfig.json`,
  projectDocuments: pages.filter((page) => written.includes(page)).map((page) => `${root}/docs/${page}.md`),
  readme: existsSync(`${root}/README.md`) ? `${root}/README.md` : 'none',
  out: `${root}/docs/site`,
  disableGit: true,
  disableSources: true,
  excludeInternal: true,
  sort: ['source-order'],
  sortEntryPoints: false,
  navigation: { includeFolders: false },
  treatWarningsAsErrors: true,
})

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  // Modules carry the names of their packages, pages their titles.
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    const manifest = `${root}/packages/${module.name.replace(/\/src$/, '')}/package.json`
    if (existsSync(manifest)) module.name = JSON.parse(readFileSync(manifest, 'utf8')).name
  }
  // The home page has the project's name for its title already.
  const [opening] = project.readme ?? []
  if (opening) opening.text = opening.text.replace(/^# .+\n/, '')
  for (const document of project.documents ?? []) {
    const title = /^# (.+)$/m.exec(document.content.map((part) => part.text).join(''))
    if (title) document.name = title[1]
  }
})

const project = await app.convert()
if (project) app.validate(project)
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) {
  console.error('The site was not built: see the messages above')
  process.exit(1)
}
rmSync(`${root}/docs/site`, { recursive: true, force: true })
await app.generateOutputs(project)
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0
console.log(`docs/site: ${project.documents?.length ?? 0} pages, ${packages.length} packages`)
