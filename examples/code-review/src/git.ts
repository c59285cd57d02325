// What git knows of a folder: its repository, and a diff. git is run without a shell.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

/** A person can act on it: its message is all that is printed. */
export class DiffError extends Error {
  override readonly name = 'DiffError'
}

export interface GitDiff {
  /** What was compared, in words. */
  readonly range: string
  /** A folder inside the repository's `.git`, for files that are in no commit. */
  readonly privateFolder: string
  readonly files: readonly FileDiff[]
}

export interface FileDiff {
  /** From the root of the repository. */
  readonly file: string
  readonly isBinary: boolean
  /** From the first `@@` on; `''` for a new name or mode, and for a binary file. */
  readonly hunks: string
}

/**
 * The diff of a range, such as `main...HEAD`, for what is below a folder. Without a range: what is not committed, or, where
 * everything is, the last commit.
 * @throws DiffError for a folder that is in no repository, and a range that git does not know
 */
export async function diffOf(folder: string, range?: string): Promise<GitDiff> {
  const git = (...args: string[]): Promise<string> => runGit(folder, args)
  try {
    await git('rev-parse', '--show-toplevel')
  } catch (error) {
    if (!(error instanceof DiffError) || !error.message.includes('not a git repository')) throw error
    throw new DiffError(`${folder} is in no git repository. Pass a folder that is: demo code-review ~/src/project`)
  }
  const privateFolder = resolve(folder, (await git('rev-parse', '--git-path', 'toolloop')).trim())
  if (range !== undefined)
    try {
      return { range, privateFolder, files: await filesOf(git, [range]) }
    } catch (error) {
      if (!(error instanceof DiffError) || !error.message.includes('bad revision')) throw error
      throw new DiffError(`${range} is neither a folder nor a range that git knows, such as main...HEAD.`, {
        cause: error,
      })
    }
  const hasCommit = await git('rev-parse', '--verify', '--quiet', 'HEAD').then(
    () => true,
    () => false,
  )
  const empty = async (): Promise<string> => (await git('hash-object', '-t', 'tree', '/dev/null')).trim()
  const files = await filesOf(git, [hasCommit ? 'HEAD' : await empty()])
  if (files.length > 0 || !hasCommit) return { range: 'what is not committed', privateFolder, files }
  const parent = await git('rev-parse', '--verify', '--quiet', 'HEAD^').then((line) => line.trim(), empty)
  return { range: 'the last commit', privateFolder, files: await filesOf(git, [parent, 'HEAD']) }
}

async function filesOf(git: (...args: string[]) => Promise<string>, range: readonly string[]): Promise<FileDiff[]> {
  // U: files with conflicts are listed twice. The options overrule a user's own configuration.
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--find-renames', '--diff-filter=ACDMRT']
  const what = ['--end-of-options', ...range, '--', '.']
  const names = (await git('diff', ...options, '--numstat', '-z', ...what)).split('\0')
  const patch = await git('diff', ...options, '--unified=5', '--submodule=short', '--patch', ...what)
  // Lines of a file begin with a space or a sign, so the marks of git cannot be a part of one.
  const sections = patch.split(/^diff --git /m).slice(1)
  const files: FileDiff[] = []
  for (let at = 0; at < names.length - 1; at++) {
    const [added, , name] = names[at]!.split('\t')
    const file = name || names[(at += 2)]! // a new name is in two parts of its own: the old one, the new one
    const section = sections[files.length] ?? ''
    const start = section.search(/^@@ /m)
    files.push({ file, isBinary: added === '-', hunks: start < 0 ? '' : section.slice(start) })
  }
  return files
}

async function runGit(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], {
      maxBuffer: 2 ** 29,
      env: { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
    })
    return stdout
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
    if (code === 'ENOENT') throw new DiffError('The command `git` was not found.', { cause: error })
    throw new DiffError(stderr.trim().split('\n')[0] || `git ${args[0]} failed.`, { cause: error })
  }
}
