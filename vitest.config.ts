import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Tests run against the sources: the `@toolloop/source` condition makes a build unnecessary.
const conditions = ['@toolloop/source']
const folders = ['packages', 'examples'].flatMap((root) =>
  readdirSync(root).map((name) => ({ name, include: [`${root}/${name}/src/**/*.test.ts`] })),
)
const loose = ['docs', 'scripts']
  .filter((name) => existsSync(name))
  .map((name) => ({ name, include: [`${name}/**/*.test.ts`] }))

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    execArgv: ['--conditions=@toolloop/source'],
    testTimeout: 20_000,
    maxWorkers: availableParallelism(), // one for each core; the default leaves one idle
    projects: [...folders, ...loose].map((test) => ({ extends: true, test })),
  },
})
