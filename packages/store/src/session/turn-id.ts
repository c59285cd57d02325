// The ids of a session's turns in the store of runs.

/** The id of a turn's run. */
export const runOf = (session: string, turn: number): string => `${session}/${turn}`

/** The session and the turn of a run's id; `undefined` for a run of no session. */
export function turnOf(run: string): { readonly session: string; readonly turn: number } | undefined {
  const [, session, turn] = /^(.+)\/(0|[1-9]\d{0,8})$/s.exec(run) ?? []
  return session === undefined ? undefined : { session, turn: Number(turn) }
}
