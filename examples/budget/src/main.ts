// pnpm demo budget: a runaway model, cut by its budget.
import { runAway } from './run.ts'

await runAway(process.stdout)
