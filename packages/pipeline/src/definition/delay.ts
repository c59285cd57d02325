/** The longest delay of a timer, in milliseconds: 2³¹ − 1, about 24 days. A longer one would fire at once. */
export const maxDelay: number = 2 ** 31 - 1

export const isDelay = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= maxDelay
