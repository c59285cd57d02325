// `pnpm parity` prints how programs and recorded streams compare.
import { programRows, recordedRow, tableOf } from './parity.ts'

const rows = await programRows()
const recordings = await recordedRow()
console.log(tableOf(recordings ? [...rows, recordings] : rows))
if (!recordings) console.log('\nRecorded streams were left out: TOOLLOOP_CORPUS names no folder.')
process.exit(0)
