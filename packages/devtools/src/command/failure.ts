/** A failure that the user can mend: printed as one line, without a stack. Exit code 2. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}
