// pnpm demo fallback: the primary model breaks off, the backup continues.
import { askBoth } from './run.ts'

await askBoth(process.stdout)
