// The API of all packages as pages, from their sources. Warnings are errors.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Application, Converter, ReflectionKind } from 'typedoc'

const root = resolve(import.meta.dirname, '../..')
/** `toolloop` first: a name that it exports is described there, and the other packages refer to it. */
export const packages = readdirSync(join(root, 'packages'))
  .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
  .toSorted((a, b) => Number(b === 'toolloop') - Number(a === 'toolloop'))

/** Writes the API's pages into `folder`; false when typedoc warned or failed. */
export async function writeApi(folder) {
  const app = await Application.bootstrapWithPlugins({
    name: 'API',
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: packages.map((name) => `${root}/packages/${name}/src/index.ts`),
    tsconfig: `${import.meta.dirname}/tsconfig.json`,
    readme: 'none',
    out: folder,
    disableGit: true,
    disableSources: true,
    excludeInternal: true,
    sort: ['source-order'],
    sortEntryPoints: false,
    treatWarningsAsErrors: true,
    entryFileName: 'index',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    propertyMembersFormat: 'list',
    sanitizeComments: true,
  })
  // Modules carry the names of their packages.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const manifest = join(root, 'packages', module.name.replace(/\/src$/, ''), 'package.json')
      if (existsSync(manifest)) module.name = JSON.parse(readFileSync(manifest, 'utf8')).name
    }
  })
  const project = await app.convert()
  if (project) app.validate(project)
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) return false
  await app.generateOutputs(project)
  return !app.logger.hasErrors() && !app.logger.hasWarnings()
}
