import { expect, it } from 'vitest'
import { draw, timeline } from './timeline.ts'

const firstOf = (rows: Awaited<ReturnType<typeof timeline>>, label: string) => rows.find((row) => row.label === label)!

it('starts the first call while the model is still talking, only when it may', async () => {
  const [off, on] = await Promise.all([timeline(false), timeline(true)])
  const call = '{"city":"Oslo"}'
  expect(firstOf(off, call).from).toBeGreaterThanOrEqual(firstOf(off, 'model 1').to)
  expect(firstOf(on, call).from).toBeLessThan(firstOf(on, 'model 1').to)
  expect(off.map((row) => row.label).toSorted()).toEqual(on.map((row) => row.label).toSorted())
})

it('draws bars', () => {
  expect(
    draw(
      [
        { label: 'a', from: 0, to: 50 },
        { label: 'b', from: 50, to: 100 },
      ],
      4,
    ),
  ).toBe('a                ██   0–50 ms\nb                  ██ 50–100 ms')
})
