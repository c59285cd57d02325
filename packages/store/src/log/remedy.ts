// What a person can do about an error of the disk.

const space = 'Free space on its disk and go on: acknowledged facts are kept.'
const permission = 'Give this user the permission to read and to write it, and to make files in its folder.'
const files = 'Raise the limit of open files (`ulimit -n`), or run less at a time.'
const readOnly = 'Its file system is read-only: mount it for writing, or choose another place.'

const remedies: Readonly<Record<string, string>> = {
  EACCES: permission,
  EDQUOT: space,
  EFBIG: 'Raise the limit of the size of files (`ulimit -f`) and go on: acknowledged facts are kept.',
  EMFILE: files,
  ENFILE: files,
  ENOSPC: space,
  EPERM: permission,
  EROFS: readOnly,
}

/** By the primary result code of SQLite (sqlite.org/rescode.html). */
const sqliteRemedies: Readonly<Record<number, string>> = {
  5: 'Another process keeps it locked: end that process, or its long transaction, and try again.', // BUSY
  8: `${permission} It may also be on a read-only file system.`, // READONLY
  10: 'Its disk has failed or is full, or a limit of the size of files is reached: mend that and go on; acknowledged facts are kept.', // IOERR
  13: space, // FULL
  14: permission, // CANTOPEN
}

/** One sentence for errors of `node:fs` and of `node:sqlite`; `undefined` where the message has to do. */
export function remedyOf(error: unknown): string | undefined {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  if (typeof errcode === 'number') return sqliteRemedies[errcode & 0xff]
  return typeof code === 'string' ? remedies[code] : undefined
}
