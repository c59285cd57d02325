// The same programs with the peer and with this package: what the server saw, what came of it.
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { programs } from './test/programs.ts'
import { runWithOurs, runWithPeer } from './test/peers.ts'

describe.each(Object.entries(programs))('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, { answers, program, differs }) => {
    const peer = await runWithPeer(answers, program)
    const ours = await runWithOurs(answers, program)
    if (differs === undefined) expect(ours).toEqual(peer)
    else expect(isDeepStrictEqual(ours, peer), `This is the same now; it was said to differ: ${differs}`).toBe(false)
  })
})

it('holds at least sixty programs', () => {
  expect(Object.values(programs).flatMap((cases) => Object.keys(cases)).length).toBeGreaterThanOrEqual(60)
})
