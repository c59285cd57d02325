// The options of a budget, checked and with their defaults.
import { highestPrice } from '../models/highest-price.ts'
import {
  aFunction,
  checkOptions,
  type ChatModel,
  milliseconds,
  oneOf,
  type OptionCheck,
  type Price,
  showOption,
  UsageError,
  wholeNumber,
} from '@toolloop/wire'

/** What a run and the runs inside it may use. A dimension that is left out is not bounded. */
export interface BudgetOptions {
  /** Tool calls that may start. */
  readonly toolCalls?: number | undefined
  /** Prompt and completion tokens of all requests. */
  readonly tokens?: number | undefined
  /** US dollars. Needs the price of every model. */
  readonly usd?: number | undefined
  /** Milliseconds of running; waiting for people does not count. */
  readonly ms?: number | undefined
  /** Completion tokens of one step at most; sent with the request. @default what is left */
  readonly maxTokensPerStep?: number | undefined
  /** Counts the tokens of a text. @default UTF-8 bytes / 3 */
  readonly countTokens?: ((text: string) => number) | undefined
  /** By the model's name. @default the `price` of the model */
  readonly prices?: Readonly<Record<string, Price>> | undefined
  /**
   * `wrapUp`: one last step without tools, for which tokens are kept from the start; not for `ms`. The outcome is `budget`
   * either way. @default 'stop'
   */
  readonly onExhausted?: 'stop' | 'wrapUp' | undefined
  /** Completion tokens that are kept for the last step. @default 1,000 */
  readonly wrapUpTokens?: number | undefined
}

const amount: OptionCheck = [
  (value) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  'a number above 0',
]
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const checks = {
  toolCalls: wholeNumber(0),
  tokens: wholeNumber(1),
  usd: amount,
  ms: milliseconds,
  maxTokensPerStep: wholeNumber(1),
  countTokens: aFunction,
  prices: [isRecord, 'an object of prices by model name'],
  onExhausted: oneOf('stop', 'wrapUp'),
  wrapUpTokens: wholeNumber(1),
} satisfies Record<keyof BudgetOptions, OptionCheck>

/** @throws UsageError for invalid options */
export function checkBudget(who: string, budget: object): void {
  checkOptions(`${who}: \`budget\``, budget, checks)
  const { prices = {} } = budget as BudgetOptions
  for (const [name, price] of Object.entries(prices)) {
    const { input, output } = (price ?? {}) as Partial<Price>
    if (![input, output].every((one) => typeof one === 'number' && one >= 0))
      throw new UsageError(
        `${who}: \`budget.prices\` has ${showOption(price)} for ${JSON.stringify(name)}; a price is { input, output } in US dollars per million tokens.`,
      )
  }
}

/** @throws UsageError for `usd` without the price of the model */
export function checkPrice(who: string, budget: BudgetOptions, model: string | ChatModel): void {
  if (budget.usd !== undefined && !priceOf(budget, model))
    throw new UsageError(
      `${who}: \`budget.usd\` needs the price of ${JSON.stringify(nameOf(model))}: give the model a \`price\`, or pass \`budget.prices\`.`,
    )
}

const nameOf = (model: string | ChatModel): string => (typeof model === 'string' ? model : model.name)

/** The price of a model under a budget: for one that is made of several, the highest of theirs. `other`: where the budget has none. */
export function priceOf(
  budget: BudgetOptions,
  model: string | ChatModel,
  other: (model: ChatModel) => Price | undefined = ({ price }) => price,
): Price | undefined {
  const own = budget.prices?.[nameOf(model)]
  if (own || typeof model === 'string') return own
  const prices = model.models?.map((one) => priceOf(budget, one, other))
  return (prices && highestPrice(prices)) ?? other(model)
}
