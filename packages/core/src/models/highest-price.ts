import type { Price } from '@toolloop/wire'

/** The highest of these prices, part by part; `undefined` where one is unknown. */
export function highestPrice(prices: readonly (Price | undefined)[]): Price | undefined {
  const known = prices.filter((price) => price !== undefined)
  if (known.length < prices.length || known.length === 0) return undefined
  const highest = (of: (price: Price) => number): number => Math.max(...known.map(of))
  return {
    input: highest(({ input }) => input),
    output: highest(({ output }) => output),
    cachedInput: highest(({ input, cachedInput }) => cachedInput ?? input),
  }
}
