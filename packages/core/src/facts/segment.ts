/** The end of the path of a call's run, e.g. `2:call_a`. A call id may hold any character. */
export const segmentOf = (step: number, callId: string): string =>
  `${step}:${callId.replaceAll('%', '%25').replaceAll('/', '%2F')}`
