import type { Usage } from '@toolloop/wire'

/** Tokens. Steps without reported usage are estimated separately, never counted as zero. */
export interface RunUsage {
  /** The sum of the reported usage; `null` when no step reported any. */
  readonly reported: Usage | null
  /** The number of steps without reported usage. */
  readonly unreported: number
  /** Estimated tokens of those steps' answers: a third of their UTF-8 bytes. */
  readonly estimated: number
}
