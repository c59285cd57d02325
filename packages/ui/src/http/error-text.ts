// The text of a failure, as a front end may read it.
import { safeError } from '@toolloop/client'

/** Returns what is sent of an error. Takes an error, or one that a log keeps as plain data. */
export type FormatError = (error: unknown) => { readonly message: string }

export const errorTextOf = (error: unknown, format: FormatError = safeError): string => format(error).message
