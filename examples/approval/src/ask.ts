// node ask.ts FILE: the first process. It makes the payments that need no approval, then ends.
import { logger } from 'toolloop'
import { fileLog } from 'toolloop/store'
import { cashier } from './cashier.ts'

const show = logger(process.stdout)
for await (const event of cashier.stream('Pay Bob 20 and Ada 250.', { log: fileLog(process.argv[2]!) })) show(event)
